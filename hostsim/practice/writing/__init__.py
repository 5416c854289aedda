"""Writes to the ledger: each item is judged first, in plain words, then written wholly or not at all."""
