"""The till: bills, what is on them, and how they were paid."""
