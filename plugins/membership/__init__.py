"""Members: their files, tags and sources, and the list that staff work with."""
