"""`python -m linreg_tui` is the command `linreg-tui`."""

from linreg_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
