"""Everything there is to do in the application, in acts that hands at a keyboard do at random.

Each act begins and ends on the screen with the panes. A cycle does each act once, then opens the
houses again, so that every cycle is about the same work and none keeps what another has trained.
"""

from __future__ import annotations

import os
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.hands import (
    ARROWS,
    BACKSPACE,
    DOWN,
    END,
    ENTER,
    ESCAPE,
    GARBAGE,
    HOME,
    LEFT,
    MASHED,
    PATIENCE,
    RIGHT,
    UP,
    Hands,
    UnseenError,
)
from tests.benchmarks.metered import MeteredTerminal

SIZES = ((80, 24), (100, 32), (120, 40), (200, 60))
EXAMPLES = ("anscombe-1", "anscombe-4", "outlier", "norris", "made", "houses")


class Acts(Hands):
    """The acts, by hands whose files go to `folder`."""

    def __init__(self, terminal: MeteredTerminal, folder: Path, seed: int) -> None:
        super().__init__(terminal, seed)
        self.folder = folder
        self.size = SIZES[0]

    def cycle(self) -> Iterator[str]:
        """Do each act once, and tell its name when it is over; the last one cleans up."""
        acts: list[Callable[[], None]] = [
            *(self.train, self.walk, self.branch, self.change, self.look, self.set, self.sweep),
            *(self.sweep_and_cancel, self.poke, self.tour, self.present, self.help, self.command),
            *(self.paint, self.open_example, self.open_file, self.export, self.hand_in),
            *(self.resize, self.click, self.send_garbage, self.burst, self.paste),
            *(self.mash,) * 3,
        ]
        self.random.shuffle(acts)
        for act in (*acts, self.clean_up):
            self.act = act.__name__
            try:
                act()
            except UnseenError as error:
                self.unseen.append(f"{self.act}: {error}")
            self.calm()
            yield self.act

    def train(self) -> None:
        """Run at any pace, sometimes past the end, and leave it running or not."""
        self.type("-" * 8 + "+" * self.random.randrange(8))
        self.type(self.random.choice(["r ", " ", "   "]), self.random.uniform(0.3, 2))
        self.ask()

    def walk(self) -> None:
        """Step back and on along the timeline."""
        self.some((LEFT, RIGHT, HOME, END, "\x1b[1;2C", "\x1b[1;2D"), 30)

    def branch(self) -> None:
        """Another run from a step in view, twice."""
        for _ in range(2):
            self.type("r++ ", 0.8)
            self.type(" " + LEFT * self.random.randrange(1, 8) + self.random.choice("[]{}"))
            self.type("b ", 0.5)
            self.type(" ")

    def change(self) -> None:
        """Other batches and learning rates while it runs."""
        self.type("r ", 0.1)
        self.some("[]{}{}", 12)

    def look(self) -> None:
        """Every view of every pane."""
        self.some("lzygvc12340vclzy", 40)

    def set(self) -> None:
        """Settings in the form, right and wrong ones."""
        self.open("e", "Settings")
        for _ in range(3):
            self.some((UP, DOWN, RIGHT), 5)
            self.type(BACKSPACE * 3 + self.random.choice(["64", "0.1", "2e-7", "-1", "x", "12"]))
        self.type(ENTER, 0.3)

    def sweep(self) -> None:
        """A small sweep with the notebook's settings; a row of it into the live view."""
        self.open("e", "Settings")
        self.type("\x12" + ENTER, 0.2)
        self.open("w", "Sweep")
        self.type(RIGHT * self.random.randrange(3))
        self._epochs("30")
        self.type(ENTER)
        self.settle()
        self.some((*ARROWS, " ", "m", "a", "y", "s", "f", "h", "H"), 20)
        self.type("\x1b[H" + DOWN * self.random.randrange(4) + ENTER, 0.3)
        self.type(" ", 0.3)

    def sweep_and_cancel(self) -> None:
        """A large sweep, with processes of its own, and out of it."""
        self.open("w", "Sweep")
        self._epochs("400000")
        self.type(ENTER, self.random.uniform(0.5, 4))
        self.type("\x18")
        self.settle()

    def poke(self) -> None:
        """Edit points, undo some of it, save it or not, and leave it edited."""
        self.type("p", 0.3)
        self.some((*ARROWS, "a", "n", "N", ENTER, "k", "u", "U"), 40)
        self.type(self.random.choice(["s", "u" * 30, ""]), 0.3)
        self.type(self.random.choice(["p", ESCAPE]), 0.3)

    def tour(self) -> None:
        """A chapter of the tour, with a break for playing, and the end of it."""
        self.type("t", 0.5)
        self.open("i", "The tour")
        self.type(HOME + DOWN * self.random.randrange(11) + ENTER, 0.5)
        self.some((ENTER, ENTER, "1", "2", "3", " ", BACKSPACE, "]", "["), 15, 0.2)
        self.type("t" + self.random.choice(["r ", "l", "3"]), 0.3)
        self.type("t", 0.3)
        self.open("i", "The tour")
        self.type("q", 0.3)

    def present(self) -> None:
        """Presenter mode, and out of it."""
        self.type("d r ", 0.5)
        self.some("l z1230vc", 12)
        self.type("d", 0.2)

    def help(self) -> None:
        """The help, to its end."""
        self.open("?", "Help[^─]*")
        self.some(("\x1b[6~", "\x1b[5~", DOWN, END, HOME), 8)

    def command(self) -> None:
        """A command of the palette."""
        self.see("Search", "\x10")
        self.type(self.random.choice(["slower", "branch", "z-scores", "homework", "xyzzy"]), 0.4)
        self.type(self.random.choice([ENTER, ESCAPE]), 0.4)

    def paint(self) -> None:
        """Another theme."""
        self.see("Search", "\x10")
        self.type("theme", 0.4)
        self.type(ENTER, 0.4)
        self.type(self.random.choice(["nord", "light", "dracula", "contrast", "dark"]), 0.4)
        self.type(ENTER, 0.4)

    def open_example(self) -> None:
        """One of the data sets that come with the program."""
        self.choose_example(self.random.choice(EXAMPLES))
        self.type("r ", 0.5)

    def open_file(self) -> None:
        """A file of 20,000 rows, in two columns of three."""
        self.pick()
        self.type(f"{self.folder}/rows.csv", 0.5)  # from wherever the last file was
        self.see("─ rows.csv", ENTER)
        self.see("rows.csv: ", ENTER)
        self.type("r ", 0.5)

    def export(self) -> None:
        """What leaves the program."""
        for choice in self.random.sample(range(5), 2):
            self.open("x", "Export")
            self.type(HOME + DOWN * choice, 0.2)
            self.type(f"\t\x15{self.folder}", 0.3)
            self._write()

    def hand_in(self) -> None:
        """The report of the homework."""
        self.open("x", "Export")
        self.type(END, 0.2)
        self.see("Report of the homework ─", ENTER)
        self.type("A. Student\tsmaller is noisier\t8 is too much", 0.2)
        self.type("\x13", 2)

    def resize(self) -> None:
        """Many sizes while it runs, too small ones as well, and one to go on with."""
        self.type("r ", 0.1)
        for _ in range(12):
            self.size = self.random.randrange(1, 260), self.random.randrange(1, 80)
            termios.tcsetwinsize(self.terminal.fd, self.size[::-1])
            self.type("", self.random.uniform(0.01, 0.2))
        self.size = self.random.choice(SIZES)
        termios.tcsetwinsize(self.terminal.fd, self.size[::-1])
        self.type("", 0.3)

    def click(self) -> None:
        """The mouse everywhere but on the footer, where one can leave."""
        for _ in range(20):
            column = self.random.randrange(1, self.size[0] + 1)
            row = self.random.randrange(1, self.size[1] - 3)
            button = self.random.choice([0, 0, 2, 32, 35, 64, 65])
            self.type(f"\x1b[<{button};{column};{row}M\x1b[<{button};{column};{row}m", 0.03)

    def send_garbage(self) -> None:
        """What no keyboard sends: broken sequences, answers to nothing, bytes of no text."""
        for _ in range(30):
            os.write(self.terminal.fd, self.random.choice(GARBAGE))
            self.type(self.random.choice(["", "l", RIGHT]), 0.02)
        self.type("\x1b[201~", 0.3)
        self.settle()  # what is broken is as many keys as it has characters

    def burst(self) -> None:
        """A key that is held down, and a cat."""
        self.type(LEFT)
        self.type(self.random.choice([RIGHT, LEFT, "l", "v", "+-", "r", "[]"]) * 100)
        self.settle()

    def paste(self) -> None:
        """A page of text, into the panes and into a form."""
        text = f"\x1b[200~{'q? lorem ipsum 1e-7 ' * 40}\x1b[201~"
        self.type(text, 0.2)
        self.open("e", "Settings")
        self.type(text, 0.2)

    def mash(self) -> None:
        """All keys in no order, on the panes or on a screen over them."""
        self.type(self.random.choice(["", "", "e", "o", "p", "w", "x", "4"]), 0.4)
        self.some(MASHED, 60, 0.03)
        self.settle()
        self.type("\x18", 0.2)

    def clean_up(self) -> None:
        """Nothing runs any more, the houses are as they were, and the files are gone."""
        self.type("4", 0.2)
        self.type("\x180", 0.2)
        self.choose_example("houses")
        self.type("r", 0.2)
        for path in self.folder.iterdir():
            if path.is_file() and path.name != "rows.csv":
                path.unlink()

    def _write(self) -> None:
        """Until there are more files; a notice may be of what was written before."""
        before, deadline = len(list(self.folder.glob("linreg-*"))), time.monotonic() + PATIENCE
        self.type(ENTER, 0.3)
        while len(list(self.folder.glob("linreg-*"))) == before:
            if time.monotonic() > deadline:
                raise UnseenError("no file after '\\r'")
            self.type("", 0.3)

    def _epochs(self, number: str) -> None:
        """Type into the sweep's last field but one."""
        self.type(UP + UP + BACKSPACE * 8 + number, 0.3)
