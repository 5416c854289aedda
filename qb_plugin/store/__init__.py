"""The add-in's own tables: links, journal, runs, settings, leases and sealed tokens."""
