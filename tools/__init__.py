"""What the Makefile runs: preparing .venv, locking requirements, checking the code."""
