"""The terminal: how far behind it is, and how it is given back."""
