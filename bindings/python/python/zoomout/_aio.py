"""The client for asyncio."""

from __future__ import annotations

import asyncio
import os
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Callable,
    Iterable,
    Mapping,
)
from contextlib import aclosing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, overload

from . import _values
from ._aio_call import Call
from ._aio_many import Many
from ._client import Client, download
from ._errors import ZoomoutError, tell_unfinished
from ._left_behind import PATIENCE
from ._native import Ask, UpscaleRequest, ZoomRequest
from ._progress import Listener
from ._values import Collected, Detached, Entry, MidjourneyTask, Progress, Submission, Task

if TYPE_CHECKING:
    from ._client import Resubmit, Span, SpeedWord
    from ._many import Item
    from ._progress import OnProgress


class AsyncClient:
    """A client of the API for asyncio: no thread waits, and the event loop is never blocked.

    Thousands of zooms may be under way at once; a waiting one costs about a kilobyte. Cancelling a call
    stops waiting at once; the task itself goes on, and the ``asyncio.CancelledError`` tells in its attributes
    ``task_id`` and ``billed``, and in a note, what is known of it (outside of a cancelled ``asyncio.Task``,
    Python 3.10 raises another one, whose ``__context__`` is ours). A result counts as handed out once the
    coroutine that awaits it goes on with it: one that is cancelled before that leaves it among
    :meth:`unfinished`.

    The arguments are those of :class:`Client`, and so is what costs money.

    Example:
        >>> import asyncio
        >>> from zoomout.testing import Emulator
        >>> async def main():
        ...     with Emulator(time_scale=1000) as emulator:
        ...         async with emulator.async_client() as client:
        ...             zoom = client.zoom(emulator.seeds["upscaled"])
        ...             wider = client.zoom(emulator.seeds["upscaled"], zoom_ratio=1.5)
        ...             return [task.status for task in await asyncio.gather(zoom, wider)]
        >>> asyncio.run(main())
        ['completed', 'completed']
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        language: str | None = None,
        timeout: Span | None = None,
        call_timeout: Span | None = None,
        resubmit: Resubmit | None = None,
        ledger: str | os.PathLike[str] | None = None,
    ) -> None:
        blocking = Client(
            api_key,
            base_url=base_url,
            language=language,
            timeout=timeout,
            call_timeout=call_timeout,
            resubmit=resubmit,
            ledger=ledger,
        )
        self._native = blocking._native
        self._left_behind = blocking._left_behind

    @classmethod
    def _of(cls, blocking: Client) -> AsyncClient:
        client = cls.__new__(cls)
        client._native = blocking._native
        client._left_behind = blocking._left_behind
        return client

    @property
    def base_url(self) -> str:
        """The address of the API."""
        return self._native.base_url

    @overload
    async def zoom(
        self,
        request: ZoomRequest,
        /,
        *,
        on_progress: OnProgress | None = None,
        progress: bool = False,
    ) -> Task: ...
    @overload
    async def zoom(
        self,
        task_id: str,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: SpeedWord | None = None,
        metadata: Mapping[str, object] | None = None,
        key: str | None = None,
        again: bool = False,
        on_progress: OnProgress | None = None,
        progress: bool = False,
    ) -> Task: ...
    async def zoom(
        self,
        task_id: str | ZoomRequest,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: SpeedWord | None = None,
        metadata: Mapping[str, object] | None = None,
        key: str | None = None,
        again: bool = False,
        on_progress: OnProgress | None = None,
        progress: bool = False,
    ) -> Task:
        """Zooms out and waits for the picture. **Costs money** once accepted.

        Arguments and errors are those of :meth:`Client.zoom`.
        """
        request = ZoomRequest(
            task_id,
            zoom_ratio=zoom_ratio,
            custom_id=custom_id,
            index=index,
            speed=speed,
            metadata=metadata,
            key=key,
            again=again,
        )
        return await self._task(Ask.zoom(request), on_progress, progress)

    @overload
    async def submit(
        self,
        request: ZoomRequest,
        /,
    ) -> Submission: ...
    @overload
    async def submit(
        self,
        task_id: str,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: SpeedWord | None = None,
        metadata: Mapping[str, object] | None = None,
        key: str | None = None,
        again: bool = False,
    ) -> Submission: ...
    async def submit(
        self,
        task_id: str | ZoomRequest,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: SpeedWord | None = None,
        metadata: Mapping[str, object] | None = None,
        key: str | None = None,
        again: bool = False,
    ) -> Submission:
        """Submits a zoom and returns as soon as it is accepted. **Costs money** once accepted.

        Arguments and errors are those of :meth:`Client.submit`. Cancelling it while it is on its way leaves
        open whether it was accepted.
        """
        request = ZoomRequest(
            task_id,
            zoom_ratio=zoom_ratio,
            custom_id=custom_id,
            index=index,
            speed=speed,
            metadata=metadata,
            key=key,
            again=again,
        )
        return _values.submission(await self._ask(Ask.submit(request)))

    async def upscale(
        self,
        task_id: str,
        *,
        index: int | None = None,
        custom_id: str | None = None,
        speed: SpeedWord | None = None,
        metadata: Mapping[str, object] | None = None,
        key: str | None = None,
        again: bool = False,
        on_progress: OnProgress | None = None,
        progress: bool = False,
    ) -> Task:
        """Cuts one tile out of a grid, which makes it zoomable. **Costs money** once accepted.

        Arguments and errors are those of :meth:`Client.upscale`.
        """
        request = UpscaleRequest(
            task_id,
            index=index,
            custom_id=custom_id,
            speed=speed,
            metadata=metadata,
            key=key,
            again=again,
        )
        return await self._task(Ask.upscale(request), on_progress, progress)

    async def wait(
        self, task_id: str, *, on_progress: OnProgress | None = None, progress: bool = False
    ) -> Task:
        """Waits for a task that was submitted before. Free.

        Raises:
            ZoomoutError: As :meth:`Client.wait`.
        """
        return await self._task(Ask.wait(task_id), on_progress, progress)

    async def task(self, task_id: str) -> Task:
        """Looks at a task once. Free.

        Raises:
            ZoomoutError: As :meth:`Client.task`.
        """
        return _values.task(await self._ask(Ask.task(task_id)), self._native)

    async def buttons(self, task_id: str) -> MidjourneyTask:
        """Looks at what can be pressed under a picture. Free.

        Raises:
            ZoomoutError: As :meth:`Client.task`.
        """
        return _values.midjourney_task(await self._ask(Ask.buttons(task_id)))

    async def download(self, task: Task, path: str | os.PathLike[str]) -> list[Path]:
        """Saves every picture of a finished task, whole or not at all, and says where. Free.

        Raises:
            ZoomoutError: As :meth:`Client.download`.
        """
        saved = await self._ask(download(task, path))
        assert isinstance(saved, list)
        return [Path(file) for file in saved]

    async def zoom_many(
        self,
        requests: Iterable[Item] | AsyncIterable[Item],
        *,
        window: int | None = None,
        in_order: bool = False,
        on_progress: Callable[[int, Progress], object] | None = None,
    ) -> AsyncGenerator[tuple[int, Task | ZoomoutError], None]:
        """Zooms many pictures at once, and yields each result as it ends. Each accepted one **costs money**.

        As :meth:`Client.zoom_many`, and the input may be an async iterable, too: results come while it is
        waited for. Cancelling the loop stops all; the ``asyncio.CancelledError`` has the ``unfinished``
        attribute.
        """
        zooms = Many(self._native, window, in_order, on_progress)
        try:
            async with aclosing(zooms.run(requests)) as results:
                async for ended in results:
                    yield ended
        except GeneratorExit:
            zooms.batch.cancel()
            self._left_behind.stay()
            raise
        except BaseException as stop:
            self._left_behind.stay()
            stop.unfinished = await zooms.give_up()  # type: ignore[attr-defined]
            tell_unfinished(stop, stop.unfinished)  # type: ignore[attr-defined]
            raise
        finally:
            zooms.batch.cancel()

    async def unfinished(self) -> list[Entry]:
        """What was accepted, or may have been, and was not handed out. Free; nothing is sent.

        As :meth:`Client.unfinished`.
        """
        return _values.entries(await self._ask(Ask.unfinished()), self._native)

    async def collect(self, folder: str | os.PathLike[str]) -> AsyncGenerator[Collected, None]:
        """Waits for everything that is :meth:`unfinished`, and saves its pictures in this folder. Free.

        As :meth:`Client.collect`.
        """
        collecting = self._native.collect(os.fspath(folder))
        try:
            while True:
                text = await Call(self._native, Listener()).run(lambda end, _: collecting.start(end))
                if (collected := _values.collected(text, self._native)) is None:
                    break
                yield collected
        finally:
            collecting.cancel()

    async def resolve(self, key: str, *, task_id: str | None = None, billed: bool | None = None) -> Entry:
        """Settles what nobody knows, by a person's word after a look at the account. Free; nothing is sent.

        As :meth:`Client.resolve`.
        """
        return _values.entry(await self._ask(Ask.resolve(key, task_id, billed)), self._native)

    async def settle(self, timeout: Span = PATIENCE) -> list[Detached]:
        """Waits for what was left behind, and tells what became of it. Free.

        As :meth:`Client.settle`.
        """
        return await asyncio.to_thread(self._left_behind.settle, timeout)

    async def _task(self, ask: Ask, on_progress: OnProgress | None, progress: bool) -> Task:
        return _values.task(await self._ask(ask, on_progress, progress), self._native)

    async def _ask(self, ask: Ask, on_progress: OnProgress | None = None, progress: bool = False) -> object:
        with Listener(on_progress, progress) as listener:
            try:
                return await Call(self._native, listener).run(partial(self._native.start, ask))
            except BaseException as stop:
                self._left_behind.after(stop)
                raise

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close: connections end by themselves."""

    def __repr__(self) -> str:
        return f"AsyncClient(base_url={self.base_url!r})"
