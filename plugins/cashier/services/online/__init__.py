"""Payments that members make online: asked of a provider, confirmed by it, booked once."""
