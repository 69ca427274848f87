"""What is kept of a run: tables, measures and statistics."""
