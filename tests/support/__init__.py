"""What the tests stand on: databases, a browser, a folder for one run."""
