"""What takes long: a row with its progress, worked on by one worker at a time."""
