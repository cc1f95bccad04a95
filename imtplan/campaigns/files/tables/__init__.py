"""One reader of every block, sheet and file that a school sends: what is said of which cell."""
