"""What happens in one time step: one verb a file."""
