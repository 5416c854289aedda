"""The rules of money and of sending, pure: I/O only through the ports of `ports.py`."""
