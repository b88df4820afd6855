"""The keys: one table from which the bindings, the footer, the palette and the help are made."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does.

    `keys` are Textual's names of the keys, separated by commas, `shown` what is printed on them,
    `action` the application's action and `meaning` a line for the help and the palette. Keys with
    a `footer` text are in the footer, the `roomy` ones where it has room for all; neighbours with
    the same text share it.
    """

    keys: str
    shown: str
    action: str
    meaning: str
    footer: str = ""
    roomy: bool = False


KEYS = (
    Key("space", "space", "run_or_pause", "Run or pause", "run"),
    Key("left", "←", "walk(-1)", "One step back", "step"),
    Key("right", "→", "walk(1)", "One step on, or train it", "step"),
    Key("shift+left", "shift+←", "walk(-10)", "Ten steps back"),
    Key("shift+right", "shift+→", "walk(10)", "Ten steps on, or train them"),
    Key("home", "home", "first_step", "To the start"),
    Key("end", "end", "last_step", "To the latest step"),
    Key("minus", "-", "slower", "Slower", "pace"),
    Key("plus,equals_sign", "+", "faster", "Faster", "pace"),
    Key("r", "r", "restart", "Start over, same draws", "reset"),
    Key("question_mark", "?", "help", "Help", "help"),
    Key("q", "q", "quit", "Quit", "quit"),
    Key("left_square_bracket", "[", "scale_rates(-1)", "Halve both learning rates", "rates"),
    Key("right_square_bracket", "]", "scale_rates(1)", "Double both learning rates", "rates"),
    Key("left_curly_bracket", "{", "scale_batch(-1)", "Smaller batches", "batch"),
    Key("right_curly_bracket", "}", "scale_batch(1)", "Larger batches", "batch"),
    Key("e", "e", "edit", "Edit every setting", "edit"),
    Key("1", "1", "pane('data')", "The data alone"),
    Key("2", "2", "pane('closed-form')", "The closed form alone"),
    Key("3", "3", "pane('live')", "Live SGD alone"),
    Key("4", "4", "pane('sweep')", "The sweep alone"),
    Key("0", "0", "pane(None)", "All panes"),
    Key("v", "v", "next_view('data')", "Next view of the data"),
    Key("c", "c", "next_view('closed-form')", "Next view of the closed form"),
    Key("w", "w", "sweep", "Sweep over batch sizes", "sweep"),
    Key("l", "l", "landscape", "Loss curve or landscape", "landscape", roomy=True),
    Key("z", "z", "coordinates", "Landscape in z-scores"),
    Key("y", "y", "excess", "Loss, or loss above optimum"),
    Key("g", "g", "update", "The gradient step in view", "gradient", roomy=True),
    Key("b", "b", "branch", "Branch off from here", "branch", roomy=True),
    Key("x", "x", "export", "Export the run in view", "save", roomy=True),
)


def bindings() -> list[BindingType]:
    """The keys as Textual's bindings."""
    groups = {text: Binding.Group(text, compact=True) for text in _shared_texts()}
    return [
        Binding(
            key.keys,
            key.action,
            key.footer or key.meaning,
            show=bool(key.footer),
            key_display=key.shown,
            tooltip=key.meaning,
            group=groups.get(key.footer),
        )
        for key in KEYS
    ]


def _shared_texts() -> set[str]:
    texts = [key.footer for key in KEYS if key.footer]
    return {text for text in texts if texts.count(text) > 1}
