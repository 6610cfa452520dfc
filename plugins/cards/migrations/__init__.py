"""The migrations of cards."""
