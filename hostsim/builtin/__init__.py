"""The host's own menus, grids and text forms, registered through the same hooks."""
