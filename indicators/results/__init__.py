"""The results: the figures added up, judged, and stored where they differ."""
