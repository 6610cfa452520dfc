"""The migrations of the host's own tables."""
