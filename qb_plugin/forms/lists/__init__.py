"""Lists of rows: why one is empty, and what its rows add up to."""
