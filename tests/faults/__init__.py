"""Kills and races on a running system; `make faults` runs them and prints their figures."""
