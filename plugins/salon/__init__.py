"""Stores, staff, services, rooms and devices: what every other plugin stands on."""
