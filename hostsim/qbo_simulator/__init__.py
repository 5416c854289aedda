"""An offline QuickBooks Online: OAuth 2, the accounting API, its faults, limits and troubles."""
