"""Running the simulator: ASGI, in process, control endpoint, web page, command."""
