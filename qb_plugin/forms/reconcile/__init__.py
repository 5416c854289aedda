"""The Reconcile forms: both sides' totals, and the groups and items that explain their difference."""
