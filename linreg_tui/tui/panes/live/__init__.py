"""The live pane: a run at one of its steps, in pictures and numbers."""
