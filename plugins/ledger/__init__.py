"""One append-only ledger for every balance in the house: money, sessions, points, coupons."""
