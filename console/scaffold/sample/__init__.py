"""Sample box: guests write something, staff mark what is done."""
