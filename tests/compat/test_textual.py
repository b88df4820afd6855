"""What Textual does without our classes: each test fails when one of them is no longer needed."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult, ScreenStackError
from textual.command import CommandPalette, DiscoveryHit, Hits, Provider
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.web_driver import WebDriver
from textual.events import Key, Resize
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Label, Static

from linreg_tui.compat.batches import BatchAware
from linreg_tui.compat.browser import BrowserDriver
from linreg_tui.compat.component_styles import LazyComponents
from linreg_tui.compat.driver import TerminalDriver
from linreg_tui.compat.guarded import GuardedApp
from linreg_tui.compat.keys_in_turn import KeysInTurn
from linreg_tui.compat.main_screen import MainScreen
from linreg_tui.compat.notice import Notice
from linreg_tui.compat.palette import Palette
from linreg_tui.compat.sober_parser import SoberParser
from tests.compat.mended import mended, still_raises
from tests.end_to_end.terminal import Terminal
from tests.tui.seeing import until
from tests.tui.test_driver import keys_of

HANGS = """
import sys
from textual.app import App
from textual.notifications import Notification, Notify

class Late(Notification):
    has_expired = False
    time_left = -0.001

class Plain(App):
    def on_mount(self):
        self.set_timer(0.05, self.exit)
        print("mounted", file=sys.__stdout__, flush=True)
        self.post_message(Notify(Late("gone in a moment")))

Plain().run(headless=True)
"""


def test_a_notice_that_expires_while_a_screen_opens_hangs_the_application() -> None:
    with subprocess.Popen([sys.executable, "-c", HANGS], stdout=subprocess.PIPE) as plain:
        try:
            assert plain.stdout is not None
            assert plain.stdout.readline() == b"mounted\n"
            with still_raises(subprocess.TimeoutExpired, mended(Notice)):
                plain.wait(1.5)
        finally:
            plain.kill()


class TwoLabels(App[None]):
    """Shows two lines on its first screen, one of which can change."""

    def __init__(self, first: Screen[None]) -> None:
        super().__init__()
        self._first = first

    def get_default_screen(self) -> Screen[None]:
        return self._first

    def compose(self) -> ComposeResult:
        yield Static("0", id="changing")
        yield Static("all the same")


class Over(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Label("over it")


async def painted_beneath(first: Screen[None], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what is painted when a line beneath another screen changes a second time."""
    painted: list[str] = []
    display = App._display

    def displayed(app: App[None], screen: Screen[None], update: Any) -> None:
        if update is not None:
            painted.append(update.render_segments(app.console))
        display(app, screen, update)

    async with TwoLabels(first).run_test(size=(40, 10)) as pilot:
        await pilot.app.push_screen(Over())
        await pilot.pause()
        monkeypatch.setattr(App, "_display", displayed)
        for number in "12":
            painted.clear()
            first.query_one("#changing", Static).update(number)
            await pilot.pause(0.05)
            await until(lambda: painted)
    return "".join(painted)


@pytest.mark.painted
async def test_beneath_another_screen_everything_is_painted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = await painted_beneath(Screen(id="_default"), monkeypatch)
    assert "all the same" in plain, mended(MainScreen, "_compositor_refresh")
    assert "all the same" not in await painted_beneath(MainScreen(id="_default"), monkeypatch)


async def stays_in_memory(first: Screen[None]) -> bool:
    """Return whether what a screen painted stays in memory after it has closed."""
    async with TwoLabels(first).run_test(size=(40, 10)) as pilot:
        over = Over()
        await pilot.app.push_screen(over)
        await pilot.pause()
        painted = weakref.ref(over.query_one(Label)._styles_cache)
        await pilot.app.pop_screen()
        del over
        await pilot.pause()
        gc.collect()
        return painted() is not None


@pytest.mark.painted
async def test_closed_screens_stay_in_memory() -> None:
    assert await stays_in_memory(Screen(id="_default")), mended(MainScreen, "on_screen_resume")
    assert not await stays_in_memory(MainScreen(id="_default"))


class OneCommand(Provider):
    async def discover(self) -> Hits:
        app = self.app
        assert isinstance(app, Counting)
        yield DiscoveryHit("the one", app.run_it)

    async def search(self, query: str) -> Hits:  # noqa: ARG002
        return
        yield


class Counting(App[None]):
    COMMANDS = {OneCommand}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.runs = 0

    def run_it(self) -> None:
        self.runs += 1


async def runs_at_enter(kind: type[CommandPalette]) -> tuple[int, int]:
    """Return how often a command runs and how many screens are left after hurried enters."""
    app = Counting()
    async with app.run_test() as pilot:
        await app.push_screen(Screen())
        palette = kind()
        await app.push_screen(palette)
        await until(lambda: palette.query("CommandList").first().option_count)  # type: ignore[attr-defined]
        await pilot.press("down")
        for _ in range(4):
            app.post_message(Key("enter", "\r"))
        await until(lambda: app.runs)
        await pilot.pause()
        return app.runs, len(app.screen_stack)


async def test_the_palette_runs_a_command_as_often_as_enter_is_pressed() -> None:
    with still_raises(ScreenStackError, mended(Palette)):
        await runs_at_enter(CommandPalette)
    assert await runs_at_enter(Palette) == (1, 2)


class Typed(App[None]):
    """Opens a screen at o; each screen records what is typed there."""

    BINDINGS = [("o", "open")]  # noqa: RUF012

    def __init__(self, turn: bool) -> None:
        super().__init__()
        self.heard: list[tuple[bool, str]] = []
        self._turns = KeysInTurn(self) if turn else None

    def action_open(self) -> None:
        self.push_screen(Listening())

    async def on_event(self, event: object) -> None:
        key = event if isinstance(event, Key) and not event.is_forwarded else None
        if key is not None and self._turns is not None and self._turns.holds(key):
            return
        await super().on_event(event)  # type: ignore[arg-type]
        if key is not None and self._turns is not None:
            self._turns.follow(key)

    def get_default_screen(self) -> Screen[None]:
        return Listening(id="_default")


class Listening(Screen[None]):
    def on_key(self, event: Key) -> None:
        assert isinstance(self.app, Typed)
        self.app.heard.append((self.id == "_default", event.key))


@pytest.mark.parametrize("turn", [False, True])
async def test_a_key_goes_past_the_screen_that_the_one_before_opens(turn: bool) -> None:
    app = Typed(turn)
    async with app.run_test():
        for key in "ox":
            app.post_message(Key(key, key))
        await until(lambda: len(app.heard) == 2)
    if turn:
        assert app.heard == [(True, "o"), (False, "x")]
    else:
        assert app.heard == [(True, "o"), (True, "x")], mended(KeysInTurn)


class Coloured(Widget):
    COMPONENT_CLASSES = {"one", "two"}  # noqa: RUF012


async def test_all_components_are_styled_even_if_none_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    styled: list[str] = []
    apply = Stylesheet.apply

    def applied(stylesheet: Stylesheet, node: DOMNode, **options: bool) -> None:
        styled.extend({"one", "two"} & node.classes)
        apply(stylesheet, node, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Stylesheet, "apply", applied)

    class OneWidget(App[None]):
        def compose(self) -> ComposeResult:
            yield Coloured()

    async with OneWidget().run_test() as pilot:
        await pilot.pause()
        assert set(styled) == {"one", "two"}, mended(LazyComponents)


def test_an_application_does_not_say_whether_it_leaves_frames_out() -> None:
    public = {name for name in dir(App) if "batch" in name and not name.startswith("_")}
    assert public == {"batch_update"}, mended(BatchAware)


async def test_bytes_that_are_not_in_utf_8_end_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    with still_raises(UnicodeDecodeError, mended(TerminalDriver, "decoding in run_input_thread")):
        keys_of(LinuxDriver, [b"\xe9", b"a"], monkeypatch)


@pytest.mark.parametrize("sequence", ["\x1b[1114112u", "\x1b[48;24;0;480;0t\x1b[<0;1;1M"])
def test_what_no_terminal_sends_ends_the_input(sequence: str) -> None:
    with still_raises((ValueError, ZeroDivisionError), mended(SoberParser, "the errors in feed")):
        list(XTermParser().feed(sequence))
    found = SoberParser(False).feed(f"a{sequence}b")
    assert [key.key for key in found if isinstance(key, Key)] == ["a", "b"]


def test_a_screen_of_any_size_is_believed() -> None:
    sequence = "\x1b[48;9;1000000000;9;9t"
    (told,) = XTermParser().feed(sequence)
    assert isinstance(told, Resize), mended(SoberParser, "makes_sense")
    assert list(SoberParser(False).feed(sequence)) == []
    (told,) = SoberParser(False).feed("\x1b[48;50;200;9;9t")
    assert isinstance(told, Resize)
    assert told.size == (200, 50)


async def test_the_rest_of_a_sequence_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = keys_of(LinuxDriver, [b"\x1b", b"[B"], monkeypatch)
    assert keys != ["down"], mended(TerminalDriver, "waiting in run_input_thread")


async def test_at_the_end_of_its_input_it_reads_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    read_end, write_end = os.pipe()
    os.close(write_end)
    driver, reads = LinuxDriver(App[None]()), 0
    driver.fileno = read_end

    def read(_: int, __: int) -> bytes:
        nonlocal reads
        reads += 1
        if reads == 100:
            driver.exit_event.set()
        return b""

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", read)
        driver.run_input_thread()
    os.close(read_end)
    assert reads >= 100, mended(GuardedApp, "leaving when the input has ended")


async def test_a_driver_that_is_stopped_while_it_writes_waits_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: None)
    driver = LinuxDriver(App[None]())
    driver._writer_thread = writer = WriterThread(io.StringIO())
    writer.start()
    handle = signal.getsignal(signal.SIGTSTP)
    assert callable(handle)
    # A handler runs in the thread that holds the lock; here another thread stands for it.
    handler = threading.Thread(target=handle, args=(signal.SIGTSTP, None), daemon=True)
    with writer._queue.mutex:
        handler.start()
        handler.join(0.5)
        waits = handler.is_alive()
    handler.join()
    assert waits, mended(TerminalDriver, "handling signals")


def test_the_event_loop_waits_for_a_slow_terminal() -> None:
    writer = WriterThread(io.StringIO())

    def write() -> None:
        for _ in range(1000):
            writer.write("")

    loop = threading.Thread(target=write, daemon=True)
    loop.start()
    loop.join(0.5)
    assert loop.is_alive(), mended(GuardedApp, "written")
    while loop.is_alive():
        writer._queue.get()


SHOWS = """
from textual.app import App
from textual.widgets import Label
class Shows(App):
    def compose(self):
        yield Label("shown")
Shows().run()
"""


def test_an_application_that_is_killed_leaves_the_terminal_as_it_was() -> None:
    with Terminal.start(
        [sys.executable, "-c", "from textual.app import App; App().run()"]
    ) as plain:
        plain.wait_for("", 10)
        plain.read(1)
        assert b"\x1b[?1049h" in plain.output
        plain.process.send_signal(signal.SIGTERM)
        plain.wait_exit(10)
        assert b"\x1b[?1049l" not in plain.output, mended(GuardedApp, "heeding signals")


FAILS = """
from textual.app import App
class Fails(App):
    def on_mount(self):
        1 / 0
Fails().run(headless=True)
"""


def test_after_a_failure_it_returns_as_if_nothing_was_wrong() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FAILS], capture_output=True, text=True, timeout=60
    )
    assert "ZeroDivisionError" in ended.stderr + ended.stdout
    assert ended.returncode == 0, mended(GuardedApp, "the exit status of a failure")


@pytest.fixture
def written_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Yield the reading end of a pipe that stands for standard output and input."""
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "w") as output, os.fdopen(read_end) as given:
        monkeypatch.setattr(sys, "__stdout__", output)
        monkeypatch.setattr(sys, "__stdin__", given)
        yield read_end


async def test_a_browser_gets_what_the_encoding_lacks(
    written_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "__stderr__", io.TextIOWrapper(io.BytesIO(), "ascii", "replace"))
    for kind, gets in ((WebDriver, "é".encode()), (BrowserDriver, b"?")):
        kind(App[None]()).write("é")
        assert os.read(written_to, 100)[5:] == gets, mended(BrowserDriver, "write")


@pytest.mark.usefixtures("written_to")
async def test_a_browser_that_is_gone_is_a_failure() -> None:
    driver = WebDriver(App[None]())
    assert sys.__stdin__ is not None
    sys.__stdin__.close()
    with still_raises(BrokenPipeError, mended(BrowserDriver, "_send")):
        driver.write("a")


async def test_cleared_notices_leave_their_holders() -> None:
    async with App[None]().run_test(notifications=True) as pilot:
        pilot.app.notify("one")
        await until(lambda: pilot.app.screen.query("Toast"))
        pilot.app.clear_notifications()
        await until(lambda: not pilot.app.screen.query("Toast"))
        await pilot.pause()
        assert pilot.app.screen.query("ToastHolder"), mended(GuardedApp, "on_notify")


async def test_no_key_stops_it_and_ctrl_c_does_not_leave() -> None:
    async with App[None]().run_test() as pilot:
        await pilot.press("ctrl+c", "ctrl+c")
        await pilot.pause()
        assert pilot.app.is_running, mended(GuardedApp, "action_help_quit")
        actions = {active.binding.action for active in pilot.app.active_bindings.values()}
        assert "suspend_process" not in actions, mended(GuardedApp, "BINDINGS")
