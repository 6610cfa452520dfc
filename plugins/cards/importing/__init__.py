"""What a list of old cards may hold, how it is called, and how it is taken in."""
