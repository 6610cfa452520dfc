"""The rules of stock and gifts."""
