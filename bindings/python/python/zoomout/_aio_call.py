"""One thing that is asked, as a future of the running loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ._errors import ZoomoutError
from ._native import Ask, NativeClient
from ._progress import Listener


class Call:
    """What is asked, as a future of the running loop."""

    def __init__(self, listener: Listener) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[object] = self._loop.create_future()
        self._listener = listener
        self._task_id: str | None = None
        self._ended = False

    async def run(self, native: NativeClient, ask: Ask) -> object:
        job = native.start(ask, self._told_end, self._told_event)
        try:
            return await self._future
        except asyncio.CancelledError as stop:
            stop.task_id = self._task_id  # type: ignore[attr-defined]
            raise
        finally:
            # Where it has ended, asking would only give the interpreter lock away.
            if not self._ended:
                job.cancel()

    def _told_end(self, answer: object, error: ZoomoutError | None) -> None:
        """Called on a thread of the dispatcher."""
        soon(self._loop, self._end, answer, error)

    def _told_event(self, text: str) -> None:
        """Called on a thread of the dispatcher."""
        soon(self._loop, self._hear, text)

    def _end(self, answer: object, error: ZoomoutError | None) -> None:
        self._ended = True
        if self._future.done():
            return
        if error is None:
            self._future.set_result(answer)
        else:
            self._future.set_exception(error)

    def _hear(self, text: str) -> None:
        if self._future.done():
            return
        try:
            progress = self._listener(text)
        except Exception as error:
            self._future.set_exception(error)
        else:
            self._task_id = progress.task_id if progress is not None else self._task_id


def soon(loop: asyncio.AbstractEventLoop, act: Callable[..., None], *told: object) -> None:
    try:
        loop.call_soon_threadsafe(act, *told)
    except RuntimeError:
        pass  # The loop is closed: nobody waits any more.
