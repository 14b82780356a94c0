"""The question bank for callers."""
