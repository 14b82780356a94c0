"""The pages of curriculum."""
