"""The rules of `qb_plugin/host.py` for a ledger and its marks, each a check with a sentence."""
