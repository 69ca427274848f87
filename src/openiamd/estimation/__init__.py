"""Filters, association, initiation and fusion: one algorithm a file, each with its published source."""
