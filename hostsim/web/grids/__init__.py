"""What pages ask of a grid beside its rows."""
