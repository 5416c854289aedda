"""Lists: customers, vendors, employees, items, accounts, terms, taxes, currencies."""
