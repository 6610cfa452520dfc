"""How fast the console is beside its peers: the same data, the same operations, one run."""
