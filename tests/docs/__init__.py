"""What the docs say is true: their examples are run as they stand."""
