"""Undo: takes away on the other side what a run created and nobody has touched since."""
