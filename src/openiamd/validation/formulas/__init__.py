"""What the cases of the V&V book call: plain functions in SI over the functions that the engine itself calls."""
