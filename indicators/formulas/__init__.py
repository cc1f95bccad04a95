"""The formulas: pure functions of the standard library, each with the step that explains it."""
