"""Clients and customers: which belong together, and how either is created for the other."""
