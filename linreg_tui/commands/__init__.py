"""The commands of the command line: a module each, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

NAMES = ("fit", "train", "sweep", "report", "tour", "serve", "pbs")
"""What the first word may be; any other is data for the application."""


def run(name: str, words: list[str]) -> int:
    """Run a command with the words behind its name; returns the exit status."""
    status: int = import_module(f"{__name__}.{name}").command(words)
    return status
