"""The client for asyncio."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from . import _values
from ._client import Client, OnProgress, Span, Speed
from ._errors import ZoomoutError
from ._native import NativeJob, UpscaleRequest, ZoomRequest
from ._values import MidjourneyTask, Progress, Submission, Task

_OnEnd: TypeAlias = Callable[[str | None, ZoomoutError | None], None]
_OnNews: TypeAlias = Callable[[str, str, int | None], None]
_Start: TypeAlias = Callable[[_OnEnd, _OnNews], NativeJob]


class AsyncClient:
    """A client of the API for asyncio: no thread waits, and the event loop is never blocked.

    Thousands of zooms may be under way at once; a waiting one costs about a kilobyte. Cancelling a call
    stops waiting at once; the task itself goes on, and the ``asyncio.CancelledError`` names it in its
    ``task_id`` attribute if it was known.

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
    ) -> None:
        self._client = Client(
            api_key, base_url=base_url, language=language, timeout=timeout, call_timeout=call_timeout
        )

    @classmethod
    def _of(cls, blocking: Client) -> AsyncClient:
        client = cls.__new__(cls)
        client._client = blocking
        return client

    @property
    def base_url(self) -> str:
        """The address of the API."""
        return self._client.base_url

    async def zoom(
        self,
        task_id: str,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: Speed | None = None,
        metadata: Mapping[str, object] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Task:
        """Zooms out and waits for the picture. **Costs money** once accepted.

        Arguments and errors are those of :meth:`Client.zoom`.
        """
        spawn = self._client._native.spawn_zoom
        request = ZoomRequest(
            task_id,
            zoom_ratio=zoom_ratio,
            custom_id=custom_id,
            index=index,
            speed=speed,
            metadata=metadata,
        )
        return await _Call(on_progress).run(lambda end, news: spawn(end, news, request))

    async def submit(
        self,
        task_id: str,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: Speed | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> Submission:
        """Submits a zoom and returns as soon as it is accepted. **Costs money** once accepted.

        Arguments and errors are those of :meth:`Client.submit`. It cannot be taken back: one that is
        cancelled goes out all the same.
        """
        submit = partial(
            self._client.submit,
            task_id,
            zoom_ratio=zoom_ratio,
            custom_id=custom_id,
            index=index,
            speed=speed,
            metadata=metadata,
        )
        return await asyncio.to_thread(submit)

    async def upscale(
        self,
        task_id: str,
        *,
        index: int | None = None,
        custom_id: str | None = None,
        speed: Speed | None = None,
        metadata: Mapping[str, object] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Task:
        """Cuts one tile out of a grid, which makes it zoomable. **Costs money** once accepted.

        Arguments and errors are those of :meth:`Client.upscale`.
        """
        spawn = self._client._native.spawn_upscale
        request = UpscaleRequest(task_id, index=index, custom_id=custom_id, speed=speed, metadata=metadata)
        return await _Call(on_progress).run(lambda end, news: spawn(end, news, request))

    async def wait(self, task_id: str, *, on_progress: OnProgress | None = None) -> Task:
        """Waits for a task that was submitted before. Free.

        Raises:
            ZoomoutError: As :meth:`Client.wait`.
        """
        spawn = self._client._native.spawn_wait
        return await _Call(on_progress).run(lambda end, news: spawn(end, news, task_id))

    async def task(self, task_id: str) -> Task:
        """Looks at a task once. Free.

        Raises:
            ZoomoutError: As :meth:`Client.task`.
        """
        return await asyncio.to_thread(self._client.task, task_id)

    async def buttons(self, task_id: str) -> MidjourneyTask:
        """Looks at what can be pressed under a picture. Free.

        Raises:
            ZoomoutError: As :meth:`Client.task`.
        """
        return await asyncio.to_thread(self._client.buttons, task_id)

    async def download(self, task: Task, path: str | os.PathLike[str]) -> list[Path]:
        """Saves every picture of a finished task, whole or not at all, and says where. Free.

        Raises:
            ZoomoutError: As :meth:`Client.download`.
        """
        return await asyncio.to_thread(self._client.download, task, path)

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


class _Call:
    """One job as a future of the running loop."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[Task] = self._loop.create_future()
        self._on_progress = on_progress
        self._task_id: str | None = None

    async def run(self, start: _Start) -> Task:
        job = start(self._told_end, self._told_news)
        try:
            return await self._future
        except asyncio.CancelledError as stop:
            stop.task_id = self._task_id  # type: ignore[attr-defined]
            raise
        finally:
            job.cancel()

    def _told_end(self, text: str | None, error: ZoomoutError | None) -> None:
        """Called on a thread of the dispatcher."""
        self._soon(self._end, text, error)

    def _told_news(self, task_id: str, status: str, percent: int | None) -> None:
        """Called on a thread of the dispatcher."""
        self._soon(self._hear, Progress(task_id, status, percent))

    def _soon(self, act: Callable[..., None], *told: object) -> None:
        try:
            self._loop.call_soon_threadsafe(act, *told)
        except RuntimeError:
            pass  # The loop is closed: nobody waits any more.

    def _end(self, text: str | None, error: ZoomoutError | None) -> None:
        if self._future.done():
            return
        if text is not None:
            self._future.set_result(_values.task(text))
        elif error is not None:
            self._future.set_exception(error)

    def _hear(self, progress: Progress) -> None:
        self._task_id = progress.task_id
        if self._on_progress is None or self._future.done():
            return
        try:
            self._on_progress(progress)
        except Exception as error:
            self._future.set_exception(error)
