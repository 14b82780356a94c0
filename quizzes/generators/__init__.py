"""What makes questions: one port, and a class for each provider behind it."""
