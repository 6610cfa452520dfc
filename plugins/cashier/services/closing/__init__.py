"""Closing: shifts handed over, days closed and reopened, late entries, locked months."""
