"""Whether frames are being left out."""

from __future__ import annotations

from textual.widget import Widget


class BatchAware(Widget):
    """A widget that knows whether the application leaves frames out.

    `App.batch_update` holds all repaints back until it ends, but an application doesn't say whether
    it is in one. A widget that remembers what it painted must know, or it would count as painted
    what was never sent.

    No issue found. Checked with Textual 8.2.4 and 8.2.8.
    """

    @property
    def frames_left_out(self) -> bool:
        """Whether repaints are held back."""
        return self.app._batch_count > 0
