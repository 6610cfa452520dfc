"""Points: what earns them, what they are worth, when they expire, and small tasks."""
