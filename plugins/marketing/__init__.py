"""A namespace for the plugins that bring members back: coupons, referrals, care."""
