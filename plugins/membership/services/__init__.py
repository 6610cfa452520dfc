"""What can be done with members; every function that writes runs in a unit."""
