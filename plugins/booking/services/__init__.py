"""The rules of booking."""
