"""The parts of docs/ that are written from the code, and the checks that they are not stale."""
