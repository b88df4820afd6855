"""The command that makes a run again, on any machine."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.proposal import proposed
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.options import write


def shell_command(words: Iterable[str]) -> str:
    """Return a shell command, on one line whatever its words contain."""
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    quoted = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in "'\\" else f"\\x{byte:02x}"
        for byte in os.fsencode(word)
    )
    return f"$'{quoted}'"


def option_words(settings: Settings, data: Dataset, *fixed: str) -> Iterator[str]:
    """Yield the options for these settings on the data, except the fixed ones; always the seed."""
    given = _needed(settings, data, fixed)
    for one in Settings.schema():
        if one.name not in given:
            continue
        name, value = one.name.replace("_", "-"), given[one.name]
        if isinstance(value, bool):
            yield f"--{'' if value else 'no-'}{name}"
        else:
            yield f"--{name}={write(one, value)}"


def _needed(settings: Settings, data: Dataset, fixed: Sequence[str]) -> dict[str, object]:
    """Return the settings without which the program would choose others; always the seed."""
    values = settings.values
    chosen_by = {one.name for one in Settings.schema() if one.choices}
    # The parameters of an optimizer have defaults of its own.
    defaults = Settings.of(**{name: values[name] for name in chosen_by}).values
    defaults |= {name: Settings().values[name] for name in chosen_by}
    unused = settings.without_effect - {"seed"}
    wanted = {name: value for name, value in values.items() if name not in {*unused, *fixed}}
    proposals = {one.name for one in Settings.schema() if one.about.proposed}
    given = {
        name: value
        for name, value in wanted.items()
        if name == "seed" or (name not in proposals and value != defaults[name])
    }

    def differing(names: dict[str, object]) -> list[str]:
        chosen = proposed(data, **names).values
        return [name for name in proposals & set(wanted) if chosen[name] != wanted[name]]

    # What is proposed depends on what is given.
    while missing := sorted(set(differing(given)) - set(given)):
        given |= {name: wanted[name] for name in missing}
    while True:
        shorter = (
            {other: value for other, value in given.items() if other != name}
            for name in sorted(proposals & set(given))
        )
        fewer = next((one for one in shorter if not differing(one)), None)
        if fewer is None:
            return given
        given = fewer


def why_not_repeatable(run: Run, *, edited: bool) -> str | None:
    """Return why no command makes this run again, or None if one does."""
    if edited:
        return "its points were edited, and are in no file that a command could name"
    if run.branched_at is not None or len(run.segments) > 1:
        return "its settings changed on the way"
    if run.workers > 1:
        return "its batches are shared by several workers"
    return None


def train_command(run: Run, named: Sequence[str]) -> str:
    """Return the command that makes this run; `named` are the words that name its data."""
    data, words = run.all_data, ["linreg-tui", "train"]
    usual = bundled() if not named else None
    if usual is None or (usual.x_name, usual.y_name) != (data.x_name, data.y_name):
        words += [f"--x={data.x_name}", f"--y={data.y_name}"]
    return shell_command([*words, *option_words(run.segments[0].settings, data), *named])
