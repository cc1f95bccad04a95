"""What figures would change once they count, in sentences."""
