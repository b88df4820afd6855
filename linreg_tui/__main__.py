"""The command `linreg-tui`, which is `python -m linreg_tui` too."""

import gc


def main() -> int:
    """Run the command line of this process, and return the exit status."""
    # Modules are no garbage, and looking for it takes a tenth of the time to load them.
    gc.disable()
    from linreg_tui.cli import main

    gc.enable()
    return main()


if __name__ == "__main__":
    raise SystemExit(main())
