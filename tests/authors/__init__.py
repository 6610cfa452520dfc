"""What authors of plugins are given: the first plugin, the examples, the guide."""
