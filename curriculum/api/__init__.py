"""Curriculum for callers."""
