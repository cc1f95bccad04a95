"""Recomputing what is stale, by as many workers as there are."""
