"""The database under the store: connections, tables, migrations, encodings, errors."""
