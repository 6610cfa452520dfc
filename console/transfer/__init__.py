"""Taking spreadsheets in: reading, mapping, cleaning and planning, without a database."""
