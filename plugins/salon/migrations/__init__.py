"""The migrations of the salon."""
