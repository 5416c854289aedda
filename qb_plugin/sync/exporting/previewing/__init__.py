"""Previews of exports: what would become of each row, and what a run is held to that was previewed."""
