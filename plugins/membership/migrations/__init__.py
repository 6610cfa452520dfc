"""The migrations of membership."""
