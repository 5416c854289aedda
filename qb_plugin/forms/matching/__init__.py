"""The Match Clients form."""
