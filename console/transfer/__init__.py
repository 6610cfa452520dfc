"""Taking spreadsheets in: read and judged without a database, staged, applied, taken back."""
