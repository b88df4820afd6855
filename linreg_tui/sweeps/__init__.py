"""Sweeps: how their trials are run, where, in how many processes, and as the rows of a table."""
