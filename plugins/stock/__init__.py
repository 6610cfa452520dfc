"""Products with stock, what is used of them in the salon, and gifts for points."""
