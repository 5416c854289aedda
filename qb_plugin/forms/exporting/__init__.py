"""The Export Payments form."""
