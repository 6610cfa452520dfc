"""The migrations of the till, one after the other."""
