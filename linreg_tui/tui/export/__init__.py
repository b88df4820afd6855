"""Exporting: what of a run and a sweep can be written to files, and where to."""
