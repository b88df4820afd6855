"""The pane of the sweep: what is swept, its table, and its learning curves."""
