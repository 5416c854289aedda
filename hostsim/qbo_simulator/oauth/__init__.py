"""OAuth 2 and the gateway that asks for it."""
