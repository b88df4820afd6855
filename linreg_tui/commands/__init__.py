"""The commands of the command line: one module each, imported when its command is run."""

from __future__ import annotations

from importlib import import_module

NAMES = ("fit", "train", "sweep", "report", "tour", "serve", "pbs")
"""The first words that name a command; any other first word is data for the application."""


def run(name: str, words: list[str]) -> int:
    """Run a command with the words after its name, and return the exit status."""
    status: int = import_module(f"{__name__}.{name}").command(words)
    return status
