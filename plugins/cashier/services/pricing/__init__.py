"""Prices with their reasons: pure functions, which ask no database."""
