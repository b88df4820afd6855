"""The panes, and what is drawn in them: numbers, tables, the timeline."""
