"""A pool of processes that goes on with those that could be started."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor


class FrugalProcessPool(ProcessPoolExecutor):
    """A pool that makes do with the processes there are if no more may be started.

    `submit` starts a process for each of the first tasks. Where a system allows a user but so many
    processes, as a login node does, starting one fails: `submit` then raises an OSError, though the
    task is in the queue already and the other processes would come to it, and its future is lost.

    No issue found. Checked with Python 3.11.
    """

    def _adjust_process_count(self) -> None:
        try:
            super()._adjust_process_count()
        except OSError:
            if not self._processes:
                raise
