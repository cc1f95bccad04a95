"""What is said of a figure before it is stored, and of what cannot be."""
