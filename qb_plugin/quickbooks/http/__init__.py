"""HTTP to QuickBooks: session, client, rate limiter, faults, redaction."""
