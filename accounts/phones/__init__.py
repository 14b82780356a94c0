"""Phones: signing in with a code by text message, and proving that a phone is one's own."""
