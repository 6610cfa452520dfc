"""Appointments: the roster, free slots, the board and self booking."""
