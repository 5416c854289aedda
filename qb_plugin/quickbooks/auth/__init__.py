"""OAuth 2: sign-in, refresh, state, sealed tokens."""
