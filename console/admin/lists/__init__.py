"""What people make of a list for themselves: views, segments, and acts on many rows."""
