"""The Import Payments form."""
