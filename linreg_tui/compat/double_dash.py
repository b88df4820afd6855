"""An argument parser that takes two dashes for a value, if they are one."""

from __future__ import annotations

import argparse
from typing import Any


class DoubleDashParser(argparse.ArgumentParser):
    """A parser for which `--epochs=--` is a value like any other.

    argparse takes it for the end of the options, and gives an empty list instead, past the
    function that checks values (python/cpython#109475).

    Checked with Python 3.11. It can go when 3.13 is the oldest Python that is supported.
    """

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        if action.option_strings and action.nargs is None and arg_strings == ["--"]:
            return self._get_value(action, "--")
        return super()._get_values(action, arg_strings)
