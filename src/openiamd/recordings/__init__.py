"""Recorded plots, tracks and truth: files in and out, and the tables that they become."""
