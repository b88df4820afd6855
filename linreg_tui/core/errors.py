"""Errors in what a user enters."""


class InputError(ValueError):
    """Bad input; its message is one line that says what is wrong and what to do."""
