"""Credit memos that stand in QuickBooks already: their lines as they are, and updates of them."""
