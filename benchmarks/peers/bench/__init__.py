"""The members as an app of Django."""
