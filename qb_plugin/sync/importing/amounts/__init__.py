"""What the money of a QuickBooks payment is made of, where it goes here, and what is said or asked of the rest."""
