"""Customers as they are created, and what a create gives back."""
