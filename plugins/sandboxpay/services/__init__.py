"""What the sandbox does, one act a module."""
