"""What must hold for everything there is, found by looking and never by listing."""
