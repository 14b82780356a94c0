"""The port to GitHub: what we ask of it, what it tells us, and in what ways it says no."""
