"""The guides of add-ins, as pages."""
