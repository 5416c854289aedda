"""The firm's data key and the simulator's credentials."""
