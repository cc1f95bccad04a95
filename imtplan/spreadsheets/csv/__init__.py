"""CSV files in and out, with their encoding, their separator and their cells."""
