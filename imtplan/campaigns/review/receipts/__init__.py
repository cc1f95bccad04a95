"""What a school handed in, kept for good, and held against today and against a file."""
