"""Tracks of real projects: content, enrollment, progress, work handed in, review, GitHub."""
