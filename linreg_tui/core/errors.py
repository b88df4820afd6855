"""Errors in what a user enters, and with what is printed."""


class OutputLostError(OSError):
    """The output can't be written."""


class InputError(ValueError):
    """Bad input; its message is one line that says what is wrong and what to do."""
