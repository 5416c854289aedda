"""What this add-in tells of one record of the host, for the host's own *Open*."""
