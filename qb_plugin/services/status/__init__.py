"""Who acts now, and how QuickBooks stands now."""
