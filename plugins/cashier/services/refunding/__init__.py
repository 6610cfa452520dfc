"""Refunds: the sheet that explains itself, what may be refunded, and how the money goes back."""
