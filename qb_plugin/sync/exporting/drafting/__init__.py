"""What a record becomes in QuickBooks, and what it must be before it is sent."""
