"""The QuickBooks side of the ports: client, pacing, batches, queries, faults, sign-in and tokens."""
