"""What messages does, one act a module."""
