"""What a task tells while it goes on: to ``on_progress``, to a bar, to the log."""

from __future__ import annotations

import sys

from ._native import callback
from ._values import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any

    OnProgress = Callable[[Progress], object]


class Listener:
    """Hears the events of a task.

    Args:
        on_progress: Hears where the task stands.
        bar: Whether to show that on stderr: as a bar where tqdm is installed, as lines where it is not.
    """

    def __init__(self, on_progress: OnProgress | None = None, bar: bool = False) -> None:
        self._on_progress = callback(on_progress)
        self._bar = _bar() if bar else None

    @property
    def hears(self) -> Listener | None:
        """Itself, if anybody listens to it."""
        listened = self._on_progress is not None or self._bar is not None or logger() is not None
        return self if listened else None

    def __call__(self, text: str) -> Progress | None:
        """Hears an event as the core's JSON; tells where the task stands, if that is what it is about."""
        progress = read(text)
        if progress is not None and self._bar is not None:
            self._bar.show(progress)
        if progress is not None and self._on_progress is not None:
            self._on_progress(progress)
        return progress

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the bar."""
        if self._bar is not None:
            self._bar.close()


def read(text: str) -> Progress | None:
    """Logs an event, and tells where the task stands, if that is what it is about."""
    import json

    event = json.loads(text)
    if (log := logger()) is not None:
        _log(log, event)
    if event["event"] in ("retrying", "unrecorded"):
        return None
    return Progress(event["task_id"], event["status"], event.get("percent"))


def logger() -> Any:
    """The logger named ``zoomout``, if this program logs at all."""
    logging = sys.modules.get("logging")
    if logging is None:
        return None
    named = logging.getLogger("zoomout")
    if not named.handlers:
        # Python prints warnings of loggers that nobody has set up; a library is silent.
        named.addHandler(logging.NullHandler())
    return named if named.isEnabledFor(logging.WARNING) else None


def _log(log: Any, event: dict[str, Any]) -> None:
    if event["event"] == "submitted":
        log.info("accepted and billed: %s", event["task_id"])
    elif event["event"] == "resumed":
        log.info("paid for before: %s", event["task_id"])
    elif event["event"] == "unrecorded":
        pass  # Everybody is told of that, whoever listens.
    elif event["event"] == "retrying":
        log.warning("%s; the %s is repeated in %.0f s", event["reason"], event["attempt"], event["after"])
    else:
        log.debug("%s: %s, %s %%", event["task_id"], event["status"], event["percent"])


def _bar() -> _TqdmBar | _Lines:
    from importlib import import_module

    try:
        return _TqdmBar(import_module("tqdm").tqdm)
    except ImportError:
        return _Lines()


class _TqdmBar:
    def __init__(self, tqdm: Any) -> None:
        self._bar = tqdm(total=100, unit="%", bar_format="{desc} {bar} {percentage:3.0f}% {elapsed}")

    def show(self, progress: Progress) -> None:
        self._bar.set_description_str(f"{progress.task_id} {progress.status}", refresh=False)
        self._bar.n = progress.percent or 0
        self._bar.refresh()

    def close(self) -> None:
        self._bar.close()


class _Lines:
    def show(self, progress: Progress) -> None:
        percent = "" if progress.percent is None else f" {progress.percent}%"
        print(f"{progress.task_id} {progress.status}{percent}", file=sys.stderr)

    def close(self) -> None:
        """Lines need no end."""
