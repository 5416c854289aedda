"""What a host may do with a form: offers, checks of calls, and the door."""
