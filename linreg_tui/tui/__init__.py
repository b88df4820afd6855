"""The application: its panes, and the pictures in them."""
