"""What stands behind History and Reconcile: pruning, and readings of both ledgers."""
