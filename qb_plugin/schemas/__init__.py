"""marshmallow: every shape that crosses a wire, both ways."""
