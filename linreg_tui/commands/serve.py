"""`linreg-tui serve`: the application in a browser."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from importlib.util import find_spec

from linreg_tui.commands import launch
from linreg_tui.commands.arguments import Parser, add_data, data_of, data_words
from linreg_tui.core.errors import InputError
from linreg_tui.options import add_settings, settings_of

HOST, PORT = "127.0.0.1", 8000

EPILOG = """\
Each page is an application of its own. There is no password: whoever can reach \
the address can open and save files as you. At 127.0.0.1 that is everybody with an \
account on this machine; at another --host, everybody in its network, and nothing \
is encrypted. From another machine, a tunnel is safe:
  ssh -L 8000:127.0.0.1:8000 MACHINE, then open http://127.0.0.1:8000
"""


def command(words: list[str]) -> int:
    """Serve until a signal stops it, and return the exit status.

    Each page runs this same command with the same words; there the environment makes it open the
    application.
    """
    parser = Parser(
        "linreg-tui serve", "The application in a browser, for those without a terminal.", EPILOG
    )
    add_data(parser)
    group = parser.add_argument_group("browser")
    group.add_argument(
        "--host",
        metavar="ADDRESS",
        default=HOST,
        help=f"where to listen (default: {HOST}, for this machine only)",
    )
    group.add_argument(
        "--port",
        type=_port,
        metavar="N",
        default=PORT,
        help=f"0 takes any free port (default: {PORT})",
    )
    add_settings(parser)
    launch.add_screen(parser)
    options = parser.parse_args(words)
    if not launch.served() and find_spec("textual_serve") is None:
        raise InputError("for a browser, install textual-serve: pip install 'linreg-tui[serve]'")
    data = data_of(options)
    settings = settings_of(options, data)
    if launch.served():
        return launch.run(data, settings, options, data_words(options))
    # An error here is seen by the person who can correct it, and not on the pages.
    launch.theme_of(options.theme)
    del data

    from linreg_tui.web import server

    # Without -P, a file numpy.py in the current folder would be imported as NumPy.
    program = [sys.executable, "-P", "-m", "linreg_tui", "serve", *words]
    return server.run(program, options.host, options.port)


def _port(text: str) -> int:
    if text.isdecimal() and int(text) < 1 << 16:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is not a port: choose a number from 0 to 65535")
