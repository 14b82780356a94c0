"""Every write of the question bank."""
