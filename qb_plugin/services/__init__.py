"""The services behind the forms and the host's calls, each of one concern; `runtime.py` puts them together."""
