"""What can be done with stores, staff and services; every function that writes is a unit."""
