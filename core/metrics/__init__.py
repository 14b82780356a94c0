"""Figures for Prometheus: what this host's processes counted, and how things stand right now."""
