"""One thing that is asked, as a future of the running loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ._errors import ZoomoutError
from ._native import NativeClient, NativeJob
from ._progress import Listener

_End = Callable[[object, ZoomoutError | None, str | None], None]


class Call:
    """What is asked, as a future of the running loop."""

    def __init__(self, native: NativeClient, listener: Listener) -> None:
        self._native = native
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[object] = self._loop.create_future()
        self._listener = listener
        # Apart from the future, which whoever stops the call ends sooner.
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._failed: ZoomoutError | None = None
        # The task whose end it is.
        self._ended: str | None = None

    async def run(self, start: Callable[[_End, Callable[[str], None]], NativeJob]) -> object:
        job = start(self._told_end, self._told_event)
        try:
            answer = await self._future
            self._handed_out()
            return answer
        except (asyncio.CancelledError, Exception) as stop:
            if stop is self._failed:
                self._handed_out()
            else:
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

    def _handed_out(self) -> None:
        """Whoever awaits it goes on with it: nothing that is cancelled now can take it away."""
        if self._ended is not None:
            self._native.acknowledge(self._ended)

    async def _give_up(self, job: NativeJob) -> None:
        """Stops the job, and lets it say how it ended, if it does so in time."""
        if self._over.done():
            return
        job.cancel()
        await asyncio.wait([self._over], timeout=job.LAST_WORDS)

    def _told_end(self, answer: object, error: ZoomoutError | None, ended: str | None) -> None:
        """Called on a thread of the dispatcher."""
        soon(self._loop, self._end, answer, error, ended)

    def _told_event(self, text: str) -> None:
        """Called on a thread of the dispatcher."""
        soon(self._loop, self._hear, text)

    def _end(self, answer: object, error: ZoomoutError | None, ended: str | None) -> None:
        self._over.set_result(None)
        if self._future.done():
            return
        self._ended = ended
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
