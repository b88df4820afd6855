"""Who is let in."""

from __future__ import annotations

import re

import pytest

from linreg_tui.web.access import Access, is_private, without_port


@pytest.mark.parametrize(
    "host",
    [
        *(
            "localhost:8000",
            "LOCALHOST",
            "127.0.0.1",
            "127.0.0.1:80",
            "[::1]:8000",
            "10.0.0.7:8000",
        ),
        *("lab-7", "lab-7:8000", "Lab-7.", "lab-7.example.org"),
    ],
)
def test_addresses_and_names_of_this_machine(host: str) -> None:
    assert Access(["lab-7", "LAB-7.example.org"]).knows(host)


@pytest.mark.parametrize(
    "host", ["", "example.org", "lab-7.evil.org", "127.0.0.1.evil.org", "localhost.evil.org:8000"]
)
def test_other_names(host: str) -> None:
    assert not Access(["lab-7"]).knows(host)


def test_a_page_of_another_site() -> None:
    access = Access()
    assert access.same_site("127.0.0.1:8000", None)
    assert access.same_site("127.0.0.1:8000", "http://127.0.0.1:8000")
    for origin in ("null", "http://127.0.0.1:9000", "http://example.org", ""):
        assert not access.same_site("127.0.0.1:8000", origin)


def test_tokens() -> None:
    one, other = Access(), Access()
    assert one.token != other.token
    assert re.fullmatch(r"[\w-]{32}", one.token or "")
    assert one.fits(one.token)
    for wrong in (None, "", other.token, "é", "\udcff", f"{one.token}x"):
        assert not one.fits(wrong)
    assert Access(token=None).fits(None)


def test_private_addresses() -> None:
    assert is_private(["127.0.0.1", "::1"])
    assert not is_private(["127.0.0.1", "0.0.0.0"])
    assert not is_private(["fe80::1%lo"])
    assert without_port("[::1]:80") == "::1"
