"""The application in a browser: a server on textual-serve, and the page that it serves."""
