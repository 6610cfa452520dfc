"""Statements of channels: reading them, matching them with the till's payments, booking fees."""
