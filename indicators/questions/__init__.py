"""Results that are computed on request and not stored: trials, effects, parts, snapshots."""
