"""Sweeps as they are carried out: in processes, aside of a screen, and as the rows of a table."""
