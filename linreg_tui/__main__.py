"""The command `linreg-tui`, also run as `python -m linreg_tui`."""

from linreg_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
