"""Signing in with Google, GitHub and Apple: allauth's flows, with our rules on whom to believe."""
