"""Favourite drink: what a member likes to be offered, in her file and in the member list."""
