"""Formulas of the physical world: one topic a file, each with its published source."""
