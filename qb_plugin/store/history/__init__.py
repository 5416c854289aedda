"""The history, read and pruned."""
