"""The keys: one table for the bindings, the footer, the palette and the help."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does.

    `keys` are Textual's names of the keys, separated by commas, and `shown` is what is printed on
    them. `action` is the action of the application, or of the pane that has the keyboard. `meaning`
    is a line for the help and the palette. Keys with a `footer` text are in the footer. Where not
    all fit, those with the largest `spare` are left out first. Neighbours with the same text or
    meaning share it; in the help, those with the same `pair` share that line instead. A `first` key
    works whatever has the keyboard.
    """

    keys: str
    shown: str
    action: str
    meaning: str
    footer: str = ""
    spare: int = 0
    first: bool = False
    pair: str = ""


def paired(line: str, *keys: Key) -> tuple[Key, ...]:
    """Return keys that share a line of the help."""
    return tuple(replace(key, pair=line) for key in keys)


RUN_KEYS = (
    Key("space", "space", "toggle_run", "Run or pause", "run"),
    Key("left", "←", "walk(-1)", "One step back", "step"),
    Key("right", "→", "walk(1)", "One step on, or train it", "step"),
    Key("shift+left", "shift+←", "walk(-10)", "Ten steps back"),
    Key("shift+right", "shift+→", "walk(10)", "Ten steps on, or train them"),
    *paired(
        "To the start, latest step",
        Key("home", "home", "first_step", "To the start"),
        Key("end", "end", "last_step", "To the latest step", "latest", spare=9),
    ),
    *paired(
        "Slower, faster",
        Key("minus", "-", "change_pace(-1)", "Slower", "pace"),
        Key("plus,equals_sign", "+", "change_pace(1)", "Faster", "pace"),
    ),
    Key("r", "r", "restart", "Start over, same draws", "reset"),
)
HELP_KEYS = (
    Key("question_mark", "?", "help", "Help", "help"),
    Key("q", "q", "quit", "Quit", "quit"),
)
SETTINGS_KEYS = (
    Key("left_square_bracket", "[", "scale_rates(-1)", "Halve both learning rates", "rates"),
    Key("right_square_bracket", "]", "scale_rates(1)", "Double both learning rates", "rates"),
    *paired(
        "Smaller, larger batches",
        Key("left_curly_bracket", "{", "scale_batch(-1)", "Smaller batches", "batch", spare=2),
        Key("right_curly_bracket", "}", "scale_batch(1)", "Larger batches", "batch", spare=2),
    ),
)
PANE_KEYS = (
    Key("e", "e", "edit_settings", "Edit every setting", "edit"),
    Key("o", "o", "open_data", "Open a file or an example", "open", spare=1),
    Key("1", "1", "pane('data')", "The data alone"),
    Key("2", "2", "pane('closed-form')", "The closed form alone"),
    Key("3", "3", "pane('live')", "Live SGD alone"),
    Key("4", "4", "pane('sweep')", "The sweep alone"),
    Key("0", "0", "pane(None)", "All panes"),
    Key("v", "v", "next_view('data')", "Next view of the data"),
    Key("c", "c", "next_view('closed-form')", "Next view of closed form"),
    Key("w", "w", "choose_sweep", "Choose and run a sweep", "sweep"),
    Key("p", "p", "edit_points", "Edit the points", "points", spare=3),
)
VIEW_KEYS = (
    Key("l", "l", "next_plot", "Loss curve or landscape", "landscape", spare=5),
    Key("z", "z", "toggle_z_scores", "Landscape in z-scores"),
    Key("y", "y", "toggle_excess", "Loss, or above optimum"),
    Key("s", "s", "next_residuals", "Residuals: bars, squares", "residuals", spare=7),
    Key("f", "f", "fit_by_hand", "Fit the line by hand", "by hand", spare=4),
    Key("h", "h", "toggle_predictions", "Hide or show predictions"),
    Key("g", "g", "toggle_gradient", "The gradient step in view", "gradient", spare=6),
    Key("S", "S", "smooth", "Smooth: off, light, strong", "smooth", spare=8),
    *paired(
        "Zoom the loss out, in",
        Key("less_than_sign,comma", "<", "zoom(-1)", "Zoom out of the loss", "zoom", spare=7),
        Key("greater_than_sign,full_stop", ">", "zoom(1)", "Zoom into the loss", "zoom", spare=7),
    ),
    Key("A", "A", "zoom_out", "All steps of the loss"),
    Key("b", "b", "branch", "Branch off from here", "branch", spare=9),
)
EXPORT_KEYS = (
    Key("x", "x", "export", "Export run or sweep", "export", spare=4),
    Key("k", "k", "copy_command", "Copy this run's command"),
)
LESSON_KEYS = (
    Key("t", "t", "toggle_tour", "The guided tour", "tour"),
    Key("d", "d", "present", "Presenter mode, on or off"),
)
ON_THE_PATH = (
    Key("enter", "enter", "tour_on", "On in the tour", "on", first=True),
    Key("backspace", "⌫", "tour_back", "Back in the tour", "back", first=True),
    Key("i", "i", "tour_chapters", "The tour's chapters", "chapters"),
)
TOUR_KEYS = (
    *ON_THE_PATH,
    *(Key(f"{n}", f"{n}", f"answer({n - 1})", f"Answer {n}") for n in (1, 2, 3)),
)
"""The keys that work only in the tour; the answers only while a question is open."""

KEYS = (*RUN_KEYS, *HELP_KEYS, *SETTINGS_KEYS, *PANE_KEYS, *VIEW_KEYS, *EXPORT_KEYS, *LESSON_KEYS)
"""The application's keys, in the order of the footer."""

FOOTER_IN_TOUR = (
    *((key, key.footer) for key in ON_THE_PATH),
    (LESSON_KEYS[0], "leave"),
    *((key, key.footer) for key in RUN_KEYS[:3]),
    *((key, key.footer) for key in SETTINGS_KEYS[:2]),
    *((key, key.footer) for key in HELP_KEYS),
)
"""The footer's keys in the tour, and what they are called there."""


def footer_in_tour(awake: Container[str], *, asked: bool) -> Iterator[tuple[Key, str]]:
    """Yield those whose actions are enabled; while a question is open, the first skips it."""
    for key, text in FOOTER_IN_TOUR:
        if key.action in awake:
            yield key, "skip" if asked and key is ON_THE_PATH[0] else text


LIVE_KEYS = (*RUN_KEYS, *SETTINGS_KEYS, *VIEW_KEYS)
"""The live pane's keys; they are off while the sweep or the tour's curve has the keyboard."""

CURVE_KEYS = (
    *RUN_KEYS,
    replace(SETTINGS_KEYS[0], meaning="Smaller η"),
    replace(SETTINGS_KEYS[1], meaning="Larger η"),
)
"""The keys of gradient descent on a curve, in the tour."""

SWEEP_KEYS = (
    *paired(
        "Row above, below",
        Key("up", "↑", "go_row(-1)", "Row above"),
        Key("down", "↓", "go_row(1)", "Row below"),
    ),
    *paired(
        "A page up, down",
        Key("pageup", "pgup", "go_page(-1)", "A page up"),
        Key("pagedown", "pgdn", "go_page(1)", "A page down"),
    ),
    *paired(
        "First, last row",
        Key("home", "home", "go_page(-100000)", "First row"),
        Key("end", "end", "go_page(100000)", "Last row"),
    ),
    Key("enter", "enter", "load", "Its run, in the live view", "live"),
    Key("space", "space", "mark", "Mark, to overlay its curve", "mark"),
    Key("m", "m", "mark_all", "Mark all rows, or none"),
    Key("tab,shift+tab", "tab", "to_curves", "Keys for the curves", "curves"),
    Key("S", "S", "smooth_curves", "Smooth: off, light, strong", "smooth", spare=1),
    Key("M", "M", "split_curves", "A picture for each curve", "split", spare=6),
    *paired(
        "Zoom the curves out, in",
        Key("less_than_sign,comma", "<", "zoom_curves(-1)", "Zoom out of the curves", "zoom", 5),
        Key(
            "greater_than_sign,full_stop", ">", "zoom_curves(1)", "Zoom into the curves", "zoom", 5
        ),
    ),
    Key("A", "A", "zoom_curves_out", "All of the curves"),
    Key("a", "a", "turn_axis", "Epochs, steps or rows seen", "axis", spare=2),
    Key("y", "y", "toggle_curves_excess", "Loss, or above optimum", "loss", spare=8),
    *paired(
        "Column to the left, right",
        Key("left", "←", "go_column(-1)", "Column to the left"),
        Key("right", "→", "go_column(1)", "Column to the right"),
    ),
    Key("s", "s", "sort", "Sort by it; again, reversed", "sort"),
    Key("h", "h", "hide_column", "Hide the column", "hide", spare=7),
    Key("H", "H", "show_columns", "Show hidden columns"),
    Key("f", "f", "filter", "Only rows of one status", "filter", spare=3),
    Key("ctrl+x,escape", "ctrl+x", "cancel", "Cancel the sweep"),
    Key("g", "g", "go_on", "Train what it left, here"),
)
"""The keys of the sweep's table while it is alone on the screen."""

CURSOR_KEYS = (
    *paired(
        "The cursor back, on",
        Key("left", "←", "move_cursor(-1)", "The cursor back", "cursor"),
        Key("right", "→", "move_cursor(1)", "The cursor on", "cursor"),
    ),
    Key("shift+left", "shift+←", "move_cursor(-10)", "Ten times as far back"),
    Key("shift+right", "shift+→", "move_cursor(10)", "Ten times as far on"),
    *paired(
        "The cursor to start, end",
        Key("home", "home", "move_to_start", "The cursor to the start"),
        Key("end", "end", "move_to_end", "The cursor to the end"),
    ),
    Key("enter", "enter", "pin", "Pin the row's curve on top", "pin"),
    Key("tab,shift+tab", "tab", "leave", "Keys for the table", "table"),
)
"""The keys that the learning curves have instead of the table's, after `tab`."""


def of_curves(keys: Sequence[Key]) -> tuple[Key, ...]:
    """Return the keys while the curves have the keyboard: their own, and what else works."""
    taken = {key.keys for key in CURSOR_KEYS}
    return (*CURSOR_KEYS, *(key for key in keys if key.keys not in taken))


TILT, LIFT = "Tilt the line", "Move the line up or down"
HAND_KEYS = (
    Key("left", "←", "tilt(-1)", TILT, "tilt"),
    Key("right", "→", "tilt(1)", TILT, "tilt"),
    Key("up", "↑", "lift(1)", LIFT, "move"),
    Key("down", "↓", "lift(-1)", LIFT, "move"),
    Key("shift+left", "shift+←", "tilt(-10)", "Tilt it ten times as far"),
    Key("shift+right", "→", "tilt(10)", "Tilt it ten times as far"),
    Key("shift+up", "shift+↑", "lift(10)", "Move it ten times as far"),
    Key("shift+down", "↓", "lift(-10)", "Move it ten times as far"),
    Key("enter,space", "enter", "let_go", "Let SGD go on from here", "let SGD go on"),
    Key("h", "h", "reveal", "Show or hide the optimum", "optimum"),
    Key("f,escape", "f", "put_back", "Back to the run before", "back"),
)
"""The keys of the live pane while its line is fitted by hand."""


WALK, STRIDE = "The cursor, by one cell", "By five cells"
EDIT_KEYS = (
    Key("left", "←", "go(-1, 0)", WALK, "go"),
    Key("up", "↑", "go(0, 1)", WALK, "go"),
    Key("down", "↓", "go(0, -1)", WALK, "go"),
    Key("right", "→", "go(1, 0)", WALK, "go"),
    Key("shift+left", "shift+←", "go(-5, 0)", STRIDE),
    Key("shift+up", "↑", "go(0, 5)", STRIDE),
    Key("shift+down", "↓", "go(0, -5)", STRIDE),
    Key("shift+right", "→", "go(5, 0)", STRIDE),
    Key("a", "a", "add", "Add a point", "add"),
    Key("enter", "enter", "lift", "Lift a point, put it down", "lift"),
    Key("k,delete,backspace", "k", "remove", "Remove a point", "remove"),
    *paired(
        "Undo, redo",
        Key("u", "u", "undo", "Undo", "undo"),
        Key("U,ctrl+r", "U", "redo", "Redo", "redo", spare=8),
    ),
    *paired(
        "Next point right, left",
        Key("n,tab", "n", "next_point(1)", "To the next point right", "next", spare=1),
        Key("N,shift+tab", "N", "next_point(-1)", "To the next point left"),
    ),
    Key("s", "s", "save", "Save the edited data", "save"),
    Key("escape", "esc", "put_back", "Put back, or done", "done"),
)
"""The keys of the data's plane while its points are edited."""


def bindings(keys: Sequence[Key] = KEYS) -> list[BindingType]:
    """Return keys as Textual's bindings."""
    return [
        Binding(
            key.keys,
            key.action,
            key.footer or key.meaning,
            show=bool(key.footer),
            key_display=key.shown,
            tooltip=key.meaning,
            priority=key.first,
        )
        for key in keys
    ]
