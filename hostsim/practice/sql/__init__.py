"""The database under the practice: connections, tables, conditions, snapshots, search index."""
