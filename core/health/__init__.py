"""Whether the platform is well: checks, the board that asks them, and what probes are answered."""
