"""The terminal: how far behind it is."""
