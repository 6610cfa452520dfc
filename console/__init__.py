"""A thin console: everything that a salon does comes from plugins."""
