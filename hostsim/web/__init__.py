"""The host's pages: Starlette, Jinja2, server-sent events and small ES modules."""
