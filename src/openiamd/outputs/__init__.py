"""What people read: reports and plots, made from stored results only."""
