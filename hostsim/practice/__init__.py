"""The practice's billing data: clients, invoices, payments, credit memos and their applications."""
