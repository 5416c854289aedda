"""When something is due that runs by itself."""
