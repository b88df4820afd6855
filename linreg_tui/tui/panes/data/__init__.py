"""The data pane: its views, and the plane on which points are edited."""
