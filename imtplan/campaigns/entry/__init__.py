"""Entering a school's figures: what is typed is read, checked, stored and shown again."""
