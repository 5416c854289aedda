"""The Changes form: linked pairs that are not the same any more, both sides next to each other, and the choices."""
