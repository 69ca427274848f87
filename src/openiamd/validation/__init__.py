"""The V&V book: published results, their reproduction and the error."""
