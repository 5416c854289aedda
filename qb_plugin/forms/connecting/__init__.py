"""The Connection form and its light."""
