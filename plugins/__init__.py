"""The plugins that make a salon of the console; the host knows none of them."""
