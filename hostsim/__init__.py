"""A simulated WorkSpace to develop, demonstrate and test add-ins against."""
