"""Filters, association and track quality: one algorithm a file, each with its published source."""
