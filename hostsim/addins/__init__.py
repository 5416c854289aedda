"""Add-ins: hooks, manifest, loading, registrars, and what the host gives them."""
