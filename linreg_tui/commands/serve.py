"""`linreg-tui serve`: the application in a browser."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentTypeError
from importlib.util import find_spec

from linreg_tui.commands import launch
from linreg_tui.commands.arguments import Parser, add_data, data_of, data_words
from linreg_tui.core.errors import InputError
from linreg_tui.options import add_settings, quoted, settings_of

HOST, PORT = "127.0.0.1", 8000

EPILOG = """\
Each page is an application of its own. Whoever has the address with its token can \
open and save files as you; with --read-only, nobody can. At another --host than \
127.0.0.1 nothing is encrypted. From another machine, a tunnel is safe:
  ssh -L 8000:127.0.0.1:8000 MACHINE, then open the address that is printed here
"""

MOST_SESSIONS = 1000
IDLE_MINUTES = 120
MOST_IDLE_MINUTES = 60 * 24 * 7


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
        type=_host,
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
    group.add_argument(
        "--allow-host",
        action="append",
        type=_host_name,
        metavar="NAME",
        default=[],
        help="another name by which browsers reach this machine; can be given again",
    )
    group.add_argument(
        "--read-only",
        action="store_true",
        help="for a class: nothing is saved, and nothing opened besides DATA and the examples",
    )
    group.add_argument(
        "--sessions",
        type=_sessions,
        metavar="N",
        help="the most pages at a time (default: what the memory and the cores bear)",
    )
    group.add_argument(
        "--idle",
        type=_minutes,
        metavar="MINUTES",
        default=IDLE_MINUTES,
        help=f"end a page that nobody has used for so long (default: {IDLE_MINUTES})",
    )
    group.add_argument(
        "--no-token",
        action="store_true",
        help="let in everybody who can reach the address",
    )
    add_settings(parser)
    launch.add_screen(parser)
    options = parser.parse_args(words)
    if not launch.served() and find_spec("textual_serve") is None:
        raise InputError("for a browser, install textual-serve: pip install 'linreg-tui[serve]'")
    data = data_of(options)
    settings = settings_of(options, data)
    if launch.served():
        named = data_words(options)
        return launch.run(data, settings, options, named, read_only=options.read_only)
    # An error here is seen by the person who can correct it, and not on the pages.
    launch.theme_of(options.theme)
    del data

    from linreg_tui.web import limits, server

    # Without -P, a file numpy.py in the current folder would be imported as NumPy.
    program = [sys.executable, "-P", "-m", "linreg_tui", "serve", *words]
    return server.run(
        program,
        options.host,
        options.port,
        allowed=options.allow_host,
        token=not options.no_token,
        limits=limits.Limits(options.sessions or limits.sessions_here(), options.idle),
    )


def _port(text: str) -> int:
    return _whole(text, "a port", 0, (1 << 16) - 1)


def _sessions(text: str) -> int:
    return _whole(text, "a number of pages", 1, MOST_SESSIONS)


def _minutes(text: str) -> int:
    return _whole(text, "a number of minutes", 1, MOST_IDLE_MINUTES)


def _whole(text: str, what: str, least: int, most: int) -> int:
    if re.fullmatch("[0-9]{1,9}", text) and least <= int(text) <= most:
        return int(text)
    raise ArgumentTypeError(
        f"{quoted(text)} is not {what}: choose a whole number from {least} to {most}"
    )


def _host(text: str) -> str:
    # Without an address the socket would listen on every network.
    if text:
        return text
    raise ArgumentTypeError("an address is missing: choose one, such as 127.0.0.1")


def _host_name(text: str) -> str:
    if re.fullmatch(r"\w[\w.-]*", text):
        return text
    raise ArgumentTypeError(
        f"{quoted(text)} is not a name of a machine: choose one, such as lab-7.example.org"
    )
