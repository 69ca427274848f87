"""What the named things are: every value has a range and a source."""
