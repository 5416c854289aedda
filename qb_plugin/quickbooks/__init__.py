"""The QuickBooks side of the ports: API client, rate limiter, batches, queries, faults, sign-in and tokens."""
