"""Leases: one run per company, one token refresh at a time, kept alive by a heartbeat."""
