"""Sales forms: invoices, credit memos, sales receipts, refund receipts."""
