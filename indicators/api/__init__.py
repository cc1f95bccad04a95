"""Indicators, figures, results and explanations over REST."""
