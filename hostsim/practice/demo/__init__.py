"""The demo firm, and many payments for measurements."""
