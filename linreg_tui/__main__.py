"""The command `linreg-tui`, which is `python -m linreg_tui` too."""

from linreg_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
