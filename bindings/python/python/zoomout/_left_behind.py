"""Submissions whose callers were stopped while they were on their way, and what became of each."""

from __future__ import annotations

from ._progress import logger
from ._values import detached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timedelta
    from threading import Thread

    from ._native import NativeClient
    from ._values import Detached

PATIENCE = 5.0
"""So many seconds the end of a process is put off for them."""


class LeftBehind:
    """Those of one client."""

    def __init__(self, native: NativeClient) -> None:
        self._native = native
        self._staying: Thread | None = None

    def after(self, stop: BaseException) -> None:
        """Whoever was stopped by this may have left one behind."""
        if getattr(stop, "billed", None) == "maybe":
            self.stay()

    def stay(self) -> None:
        """Keeps the process alive until their ends are known, or for a short while."""
        if self._staying is None or not self._staying.is_alive():
            self._staying = self._collect(PATIENCE)

    def settle(self, timeout: float | timedelta) -> list[Detached]:
        """Waits, and hands out what became of them."""
        # On a thread of its own, so that Ctrl-C ends the wait and nothing else.
        if (collecting := self._collect(timeout)) is not None:
            collecting.join()
        return detached(self._native.settled())

    def _collect(self, timeout: float | timedelta) -> Thread | None:
        import threading

        settling = self._native.settling(timeout)

        def collect() -> None:
            for message in settling():
                tell(message)

        # Not a daemon: Python waits for it before it ends.
        thread = threading.Thread(target=collect, name="zoomout: submissions left behind")
        try:
            thread.start()
        except RuntimeError:
            return None  # The interpreter is ending already.
        return thread


def tell(message: str) -> None:
    """To the log, and where nobody looks at that, as a warning: somebody has paid for it."""
    import warnings

    if (log := logger()) is not None:
        log.warning(message)
    try:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        pass  # A program may raise warnings, but this is no place to catch one.
