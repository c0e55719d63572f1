"""One thing that is asked, as a future of the running loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ._errors import ZoomoutError
from ._native import Ask, NativeClient, NativeJob
from ._progress import Listener


class Call:
    """What is asked, as a future of the running loop."""

    def __init__(self, listener: Listener) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[object] = self._loop.create_future()
        self._listener = listener
        # Apart from the future, which whoever stops the call ends sooner.
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._failed: ZoomoutError | None = None

    async def run(self, native: NativeClient, ask: Ask) -> object:
        job = native.start(ask, self._told_end, self._told_event)
        try:
            return await self._future
        except (asyncio.CancelledError, Exception) as stop:
            if stop is not self._failed:
                try:
                    await self._give_up(job)
                except asyncio.CancelledError as again:
                    # Here: on its way through a coroutine an exception gets the context that it finds there.
                    job.tell(again)
                    raise
                job.tell(stop)
            raise
        finally:
            # Where it has ended, asking would only give the interpreter lock away.
            if not self._over.done():
                job.cancel()

    async def _give_up(self, job: NativeJob) -> None:
        """Stops the job, and lets it say how it ended, if it does so in time."""
        if self._over.done():
            return
        job.cancel()
        await asyncio.wait([self._over], timeout=job.LAST_WORDS)

    def _told_end(self, answer: object, error: ZoomoutError | None) -> None:
        """Called on a thread of the dispatcher."""
        soon(self._loop, self._end, answer, error)

    def _told_event(self, text: str) -> None:
        """Called on a thread of the dispatcher."""
        soon(self._loop, self._hear, text)

    def _end(self, answer: object, error: ZoomoutError | None) -> None:
        self._over.set_result(None)
        if self._future.done():
            return
        if error is None:
            self._future.set_result(answer)
        else:
            self._failed = error
            self._future.set_exception(error)

    def _hear(self, text: str) -> None:
        if self._future.done():
            return
        try:
            self._listener(text)
        except Exception as error:
            self._future.set_exception(error)


def soon(loop: asyncio.AbstractEventLoop, act: Callable[..., None], *told: object) -> None:
    try:
        loop.call_soon_threadsafe(act, *told)
    except RuntimeError:
        pass  # The loop is closed: nobody waits any more.
