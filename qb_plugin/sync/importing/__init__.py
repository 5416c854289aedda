"""An import, from the rows picked to each row's outcome."""
