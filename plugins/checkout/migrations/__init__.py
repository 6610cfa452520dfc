"""The migrations of the bills of visits and of booking deposits."""
