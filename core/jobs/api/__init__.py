"""Jobs for callers: how far one is, ending it, and waiting for it."""
