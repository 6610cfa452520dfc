"""The migrations of the sandbox."""
