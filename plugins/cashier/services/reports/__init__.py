"""Reports: what came in, what went out, what is owed, as of any moment; nothing is stored."""
