"""The Undo form: what of a run, or of some records, can be taken away again, and taking it away."""
