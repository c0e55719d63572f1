"""Many zooms whose input and output are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from ._aio_call import soon
from ._errors import ZoomoutError
from ._many import handed_out, many, result
from ._native import NativeClient, callback
from ._progress import read
from ._values import Progress, Task

if TYPE_CHECKING:
    from ._many import Ended, Item

_T = TypeVar("_T")


class Many:
    """Many zooms whose input and output are awaited."""

    def __init__(
        self,
        native: NativeClient,
        window: int | None,
        in_order: bool,
        on_progress: Callable[[int, Progress], object] | None,
    ) -> None:
        self._on_progress = callback(on_progress)
        self.batch = native.batch(window, in_order)
        self._native = native
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        # What the input raised waits for those before it; what the callback raised does not.
        self._trouble: Exception | None = None
        self._unheard: Exception | None = None
        # A result is handed out once its events have been heard: the native half has it a moment before.
        self._ended: set[int] = set()
        self._held: Ended | None = None

    async def run(
        self, requests: Iterable[Item] | AsyncIterable[Item]
    ) -> AsyncGenerator[tuple[int, Task | ZoomoutError], None]:
        source = aiter(requests if isinstance(requests, AsyncIterable) else _later(iter(many(requests))))
        reading: asyncio.Future[Item] | None = None
        exhausted = False
        try:
            while True:
                self._woken.clear()
                if self._unheard is not None:
                    raise self._unheard
                if reading is not None and reading.done():
                    exhausted = not self._add(reading)
                    reading = None
                if reading is None and not exhausted and self.batch.has_room():
                    reading = asyncio.ensure_future(_next(source))
                    reading.add_done_callback(lambda _: self._woken.set())
                while (ended := self._next_heard()) is not None:
                    yield result(ended, self._native)
                    # Whoever comes back for the next one has this one.
                    handed_out(ended, self._native)
                if exhausted and reading is None and self._is_over():
                    break
                if reading is None and not exhausted and self.batch.has_room():
                    continue
                await self._woken.wait()
        finally:
            if reading is not None:
                reading.cancel()
        if self._trouble is not None:
            raise self._trouble

    async def give_up(self) -> list[Task | ZoomoutError]:
        """Stops all; what was not yielded of it."""
        self.batch.cancel()
        unfinished = []
        while not self._is_over():
            self._woken.clear()
            while (ended := self._next_heard()) is not None:
                unfinished.append(result(ended, self._native)[1])
            if not self._is_over():
                await self._woken.wait()
        return unfinished

    def _next_heard(self) -> Ended | None:
        if self._held is None:
            self._held = self.batch.take()
        if self._held is None or self._held[0] not in self._ended:
            return None
        ended, self._held = self._held, None
        self._ended.discard(ended[0])
        return ended

    def _is_over(self) -> bool:
        return self._held is None and self.batch.is_empty()

    def _add(self, reading: asyncio.Future[Item]) -> bool:
        """Adds what was read; tells whether there may be more."""
        try:
            self.batch.add(reading.result(), self._told_event, self._told_end)
        except StopAsyncIteration:
            return False
        except Exception as error:
            self._trouble = error
            return False
        return True

    def _told_end(self, index: int) -> None:
        """Called on a thread of the dispatcher."""
        soon(self._loop, self._end, index)

    def _end(self, index: int) -> None:
        self._ended.add(index)
        self._woken.set()

    def _told_event(self, index: int, text: str) -> None:
        """Called on a thread of the dispatcher."""
        if self._on_progress is not None:
            soon(self._loop, self._hear, index, text)

    def _hear(self, index: int, text: str) -> None:
        progress = read(text)
        if progress is None or self._on_progress is None or self._unheard is not None:
            return
        try:
            self._on_progress(index, progress)
        except Exception as error:
            self._unheard = error
            self._woken.set()


async def _later(items: Iterator[_T]) -> AsyncGenerator[_T, None]:
    for item in items:
        yield item


async def _next(source: AsyncIterator[_T]) -> _T:
    return await anext(source)
