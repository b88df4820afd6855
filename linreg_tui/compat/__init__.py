"""What Textual, argparse and concurrent.futures lack or do wrong: a class for each.

Nothing else in linreg-tui uses their private names, and a test proves it. Each class says what is
wrong, where that is discussed, and with which versions it was checked. `tests/compat` has a test
for each that fails when the class is no longer needed.

This is a package of its own, not a part of the TUI: commands and sweeps need some of it and may
import neither the TUI nor Textual. So a module here imports no more than what it corrects.
"""
