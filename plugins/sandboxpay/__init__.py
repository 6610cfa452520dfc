"""A payment provider that takes no money: it behaves like one, over HTTP."""
