"""What a member list of another program may hold, and how it is called there."""
