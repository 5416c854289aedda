"""One file per form: its fields, its columns, its actions, and the calls they make into the rules."""
