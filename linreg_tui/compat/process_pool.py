"""A process pool that works with the processes that could be started."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor


class FrugalProcessPool(ProcessPoolExecutor):
    """A pool that uses the processes it has if no more can be started.

    `submit` starts a process for each of the first tasks. Where a system limits a user's processes,
    as a login node does, starting one can fail. `submit` then raises an OSError, although the task
    is in the queue already and the other processes would run it, and its future is lost.

    No issue found. Checked with Python 3.11.
    """

    def _adjust_process_count(self) -> None:
        try:
            super()._adjust_process_count()
        except OSError:
            if not self._processes:
                raise
