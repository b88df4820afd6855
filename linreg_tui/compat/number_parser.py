"""An argument parser that accepts negative numbers in any notation."""

from __future__ import annotations

import argparse
import re
from typing import Any


class NumberParser(argparse.ArgumentParser):
    """A parser that reads -1e-7 as a number.

    Before Python 3.14, argparse reads a negative number with an exponent as an unknown option, so
    `--initial-slope -1e-7` fails with a missing argument (python/cpython#105712).

    Checked with Python 3.11. It can go when 3.14 is the oldest Python that is supported.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._negative_number_matcher = re.compile(r"^-\.?\d")
