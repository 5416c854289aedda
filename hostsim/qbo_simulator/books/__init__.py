"""A company's books: its records, and what each change does to them."""
