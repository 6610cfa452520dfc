"""The rules of the till."""
