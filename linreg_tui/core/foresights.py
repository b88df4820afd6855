"""Predictions for one data set, remembered."""

from __future__ import annotations

from dataclasses import replace

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction, predict


class Foresights:
    """What is foreseen of settings, worked out when it is first asked for, whatever the seed."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._known: dict[Settings, Prediction] = {}

    def known(self, settings: Settings) -> Prediction | None:
        """What has been worked out already."""
        return self._known.get(replace(settings, seed=0))

    def of(self, settings: Settings) -> Prediction:
        """The same, by some hundredths of a second of work if it isn't known yet."""
        settings = replace(settings, seed=0)
        if settings not in self._known:
            self._known[settings] = predict(self._data, settings)
        return self._known[settings]
