"""What would be, and what was: computed when it is asked for, and not stored."""
