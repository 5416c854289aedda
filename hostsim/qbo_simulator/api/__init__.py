"""The accounting API: routes, writes, batches, change data capture, idempotency, limits."""
