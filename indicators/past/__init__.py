"""What was known at an earlier moment, read by the code that reads the present."""
