"""The migrations of booking."""
