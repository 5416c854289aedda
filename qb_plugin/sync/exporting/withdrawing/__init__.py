"""Rows that are given up in doubt: withdrawn by a person, and looked for afterwards."""
