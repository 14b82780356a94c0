"""Every write of curriculum."""
