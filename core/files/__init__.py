"""Private files: taken in after a look at their bytes, given out to whom a policy allows it."""
