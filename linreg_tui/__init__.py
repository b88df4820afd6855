"""See a machine learn on the simplest model there is: a straight line."""

__version__ = "0.1.0"
