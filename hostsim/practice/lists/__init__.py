"""The grid of records and the lists of clients and invoices: what a query asks, and the rows that it finds."""
