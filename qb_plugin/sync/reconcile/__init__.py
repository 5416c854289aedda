"""Reconcile: the difference of the two ledgers, explained to the cent."""
