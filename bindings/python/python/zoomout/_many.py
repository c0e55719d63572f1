"""Many zooms on the thread that asks for them."""

from __future__ import annotations

from . import _values
from ._errors import tell_unfinished
from ._native import ZoomRequest, callback
from ._progress import Listener, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from typing import TypeVar

    from ._errors import ZoomoutError
    from ._left_behind import LeftBehind
    from ._native import NativeClient
    from ._values import Progress, Task

    _T = TypeVar("_T")
    Item = str | ZoomRequest | Mapping[str, object]
    # Its place, the task as JSON or the error, and the task that has ended.
    Ended = tuple[int, str | None, ZoomoutError | None, str | None]


def many(requests: _T) -> _T:
    """What is not a string, which would be an iterable of its letters."""
    if isinstance(requests, str):
        raise TypeError("zoom_many() takes many requests; for one there is zoom()")
    return requests


def result(ended: Ended, source: NativeClient) -> tuple[int, Task | ZoomoutError]:
    """One of many: its place, and the task or the error."""
    index, text, error, _ = ended
    return index, _values.task(text, source) if error is None else error


def handed_out(ended: Ended, native: NativeClient) -> None:
    """One of many has reached whoever asked for it: its task is unfinished no more."""
    if ended[3] is not None:
        native.acknowledge(ended[3])


def zoom_many(
    native: NativeClient,
    left_behind: LeftBehind,
    requests: Iterable[Item],
    window: int | None,
    in_order: bool,
    on_progress: Callable[[int, Progress], object] | None,
) -> Generator[tuple[int, Task | ZoomoutError], None, None]:
    """What :meth:`Client.zoom_many` yields."""
    callback(on_progress)
    batch = native.batch(window, in_order)
    news: list[tuple[int, str]] = []
    listened = on_progress is not None or Listener().hears is not None
    hear = (lambda index, text: news.append((index, text))) if listened else None
    source = iter(many(requests))
    trouble: Exception | None = None
    exhausted = False
    ended: Ended | None = None
    try:
        while True:
            while not exhausted and batch.has_room():
                try:
                    batch.add(next(source), hear)
                except StopIteration:
                    exhausted = True
                except Exception as error:
                    exhausted, trouble = True, error
            if batch.is_empty():
                break
            ended = batch.next()
            while news:
                index, text = news.pop(0)
                if (progress := read(text)) is not None and on_progress is not None:
                    on_progress(index, progress)
            if ended is not None:
                yield result(ended, native)
                # Whoever comes back for the next one has this one.
                handed_out(ended, native)
                ended = None
        if trouble is not None:
            raise trouble
    except GeneratorExit:
        batch.cancel()
        left_behind.stay()
        raise
    except BaseException as stop:
        batch.cancel()
        left_behind.stay()
        unfinished = [] if ended is None else [result(ended, native)[1]]
        while not batch.is_empty():
            if (ended := batch.next()) is not None:
                unfinished.append(result(ended, native)[1])
        stop.unfinished = unfinished  # type: ignore[attr-defined]
        tell_unfinished(stop, unfinished)
        raise
    finally:
        batch.cancel()
