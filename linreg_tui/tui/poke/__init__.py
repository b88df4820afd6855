"""Poking: editing the points of the data with a cursor."""
