"""The application in a browser: a server built on textual-serve, and its page."""
