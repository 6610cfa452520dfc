"""Card products, members' cards, and the use of their sessions."""
