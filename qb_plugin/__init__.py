"""The QuickBooks payments add-in: rules, journal and QuickBooks client, loaded by a host through pluggy."""
