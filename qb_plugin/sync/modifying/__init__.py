"""What is common to acts on transactions that stand in QuickBooks already: updates, voids and deletes."""
