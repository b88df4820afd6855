"""The pane of the data: its views, and the plane in which points are edited."""
