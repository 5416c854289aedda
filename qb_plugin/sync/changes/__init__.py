"""Changes: linked pairs of which a side was edited, voided, deleted or applied since they were linked, and what settles each."""
