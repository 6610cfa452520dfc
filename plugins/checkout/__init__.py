"""Bookings at the till: the bill of a visit, and booking deposits."""
