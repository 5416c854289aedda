"""The History forms, and what runs write down for them."""
