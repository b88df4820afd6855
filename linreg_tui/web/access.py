"""Who is let in: whoever comes by a name of this machine and has the token."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address

TOKEN_BYTES = 24


@dataclass(frozen=True)
class Access:
    """The names that the server is known by, and the token; without a token, nobody needs one.

    Another site's page can let a name of its own stand for this machine (DNS rebinding), and then
    reads and writes here as if it was its own. A browser says by which name it came, so only
    addresses and the names known here are let in.
    """

    names: Collection[str] = ()
    token: str | None = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset({"localhost", *map(_plain, self.names)})

    def knows(self, host: str) -> bool:
        """Return whether this is an address, or a name of this machine; it may have a port."""
        name = _plain(without_port(host))
        return name in self._known or _is_address(name)

    def same_site(self, host: str, origin: str | None) -> bool:
        """Return whether the page that asks, if a page does, was served here."""
        return origin is None or origin.partition("://")[2] == host

    def fits(self, token: str | None) -> bool:
        """Return whether this is the token, in a time that doesn't tell how much of it is right."""
        if self.token is None or token is None:
            return self.token is None
        return secrets.compare_digest(token.encode("utf-8", "replace"), self.token.encode())


def without_port(host: str) -> str:
    """Return the name or address in a Host header."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdecimal() else host).strip("[]")


def is_private(addresses: Iterable[str]) -> bool:
    """Return whether only this machine can reach all of these addresses."""
    return all(ip_address(address.partition("%")[0]).is_loopback for address in addresses)


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
