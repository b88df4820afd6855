"""The pane of the closed form: a module for each way to look at it."""
