"""The sweep pane's parts: its table, its curves, and the form that it is chosen with."""
