"""Private files for callers."""
