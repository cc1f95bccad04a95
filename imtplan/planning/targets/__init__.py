"""The plan office's targets: one of the institute or a school, and the grid of all schools."""
