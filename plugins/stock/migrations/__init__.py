"""The history of the tables of stock and gifts."""
