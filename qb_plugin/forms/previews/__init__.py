"""Previews of exports and imports: what would happen to each row, and the run that does as it was said."""
