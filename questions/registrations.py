"""What the question bank puts into the registries of the floors below."""

from questions import policies

__all__ = ["policies"]
