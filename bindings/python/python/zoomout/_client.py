"""The blocking client."""

from __future__ import annotations

import os

from . import _values
from ._left_behind import PATIENCE, LeftBehind
from ._many import zoom_many
from ._native import Ask, NativeClient, UpscaleRequest, ZoomRequest
from ._progress import Listener

TYPE_CHECKING = False
if not TYPE_CHECKING:

    def overload(_: object) -> None:
        """What type checkers are told has no meaning at run time, and importing typing takes long."""


if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from datetime import timedelta
    from pathlib import Path
    from types import TracebackType
    from typing import Literal, overload

    from ._errors import ZoomoutError
    from ._many import Item
    from ._progress import OnProgress
    from ._values import Collected, Detached, Entry, MidjourneyTask, Progress, Submission, Task
    from ._words import Speed

    Span = float | timedelta
    SpeedWord = Speed | Literal["relax", "fast", "turbo"]
    Resubmit = Literal["never", "safe", "eager"]


def download(task: Task, path: str | os.PathLike[str]) -> Ask:
    """The pictures of a task, or its grid where it has no others."""
    links = [image.url for image in task.images]
    if not links and task.grid_image_url is not None:
        links = [task.grid_image_url]
    return Ask.download(task.task_id, links, os.fspath(path))


class Client:
    """A client of the API that blocks until it has an answer, and never pays twice.

    Only :meth:`zoom`, :meth:`submit` and :meth:`upscale` cost money, once for each accepted submission.
    Every wait lets other threads run. Ctrl-C stops it at once: the ``KeyboardInterrupt`` tells in its
    attributes ``task_id`` and ``billed``, and in a note, what is known of the task; its context is the
    :class:`CancelledError`. So does an exception of ``on_progress``.

    A client may be shared between threads, and with a forked process: there it makes new connections.
    It does not pickle, since it holds the key. Sub-interpreters are not supported.

    What happens is logged under the name ``zoomout``: accepted submissions (info), what is tried again
    (warning), progress (debug).

    Args:
        api_key: The key; without one, the environment variable ``APIMART_API_KEY`` is read.
        base_url: Another address of the API; without a key and an address, ``APIMART_BASE_URL`` is read.
        language: In which language the messages of failed tasks are worded, such as ``"en"``.
        timeout: How long to wait for a task in all; 31 minutes if it is not given.
        call_timeout: How long each phase of a call or a download may take: shorter or longer than usual.
        resubmit: ``"never"`` sends every submission once, whatever happens; ``"safe"``, the default, sends
            again only what provably was not executed; ``"eager"`` **may pay twice**.
        ledger: A file in which it is written down what was submitted and what came of it: what was paid for
            outlives the process, and any number of processes may share it. In memory if it is not given.

    Raises:
        InvalidError: A value cannot be used, or the key is missing; ``field`` names it.

    Example:
        >>> from zoomout.testing import Emulator
        >>> with Emulator(time_scale=1000) as emulator, emulator.client() as client:
        ...     task = client.zoom(emulator.seeds["upscaled"], zoom_ratio=1.5, speed="fast")
        ...     task.status, len(task.images), task.cost
        ('completed', 1, 0.05504)
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
        self._native = NativeClient(api_key, base_url, language, timeout, call_timeout, resubmit, ledger)
        self._left_behind = LeftBehind(self._native)

    @classmethod
    def _of(cls, native: NativeClient) -> Client:
        client = cls.__new__(cls)
        client._native = native
        client._left_behind = LeftBehind(native)
        return client

    @property
    def base_url(self) -> str:
        """The address of the API."""
        return self._native.base_url

    @overload
    def zoom(
        self,
        request: ZoomRequest,
        /,
        *,
        on_progress: OnProgress | None = None,
        progress: bool = False,
    ) -> Task: ...
    @overload
    def zoom(
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
    def zoom(
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

        Args:
            task_id: The picture: the id of an upscale. Or a whole :class:`ZoomRequest`, and no other field.
            zoom_ratio: Any finite number above 0. Below 2 it buys the tier 1.5x; 2, more, or none: 2x.
            custom_id: A button of the picture; not together with ``zoom_ratio``. See :meth:`buttons`.
            index: A tile of the picture, 1 to 4; normally not needed.
            speed: ``"relax"`` (the API's default), ``"fast"`` or ``"turbo"``.
            metadata: Your own notes, kept with the task.
            key: A name of your own under which this is submitted **once**: whoever asks for the same under it
                again, from any process that shares the ledger, gets the task that was paid for.
            again: Whether to submit, and so **pay, again** where the task of this key has ended.
            on_progress: Hears where the task stands, first of all its id. An exception that it raises stops
                the wait and comes out of the call.
            progress: Whether to show a bar on stderr; lines where tqdm is not installed.

        Raises:
            InvalidError: A value cannot be sent, or the key stands for another request; nothing was sent.
            RefusedError: The server said no: to the zoom, which is not billed, or to show its task, which is.
            UnconfirmedError: Nobody knows whether it was accepted; **may have been billed**. See
                :meth:`resolve`.
            TaskFailedError: The task failed, and is refunded; one that hangs, after 30 minutes.
            DeadlineError: The task did not finish in time; :meth:`wait` goes on.
            TransportError: The network failed; ``billed`` tells whether before or after it was accepted.
            ProtocolError: The server's answer cannot be understood.
            StorageError: The ledger cannot be written; nothing was sent.
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
        return self._task(Ask.zoom(request), on_progress, progress)

    @overload
    def submit(
        self,
        request: ZoomRequest,
        /,
    ) -> Submission: ...
    @overload
    def submit(
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
    def submit(
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

        :meth:`wait` fetches the result. Arguments and errors are those of :meth:`zoom`.
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
        with Listener() as listener:
            return _values.submission(self._paid(Ask.submit(request), listener)[0])

    def zoom_many(
        self,
        requests: Iterable[Item],
        *,
        window: int | None = None,
        in_order: bool = False,
        on_progress: Callable[[int, Progress], object] | None = None,
    ) -> Generator[tuple[int, Task | ZoomoutError], None, None]:
        """Zooms many pictures at once, and yields each result as it ends. Each accepted one **costs money**.

        The iterable may be endless: it is read, on the calling thread, only as far as there is room in the
        window. An error of one is yielded, not raised, and stops nobody else. Closing the iterator stops
        all, and so do Ctrl-C and an exception of ``on_progress``; the tasks go on at the server.

        A result counts as handed out once the next one is asked for. Whatever ends the loop before that loses
        nothing: what was paid for and not handed out is among :meth:`unfinished`, the last result included.
        An exception that comes out of here carries in its ``unfinished`` attribute what was not yielded: the
        tasks that have ended, and for the others the errors that name them.

        Args:
            requests: Ids of pictures, :class:`ZoomRequest` values, or mappings of the fields of :meth:`zoom`,
                ``key`` and ``again`` among them.
            window: How many may be under way at a time; 32 if it is not given.
            in_order: Whether to yield in the order of the input.
            on_progress: Hears of each, by its place in the input, where it stands.

        Yields:
            The place in the input, from 0, and the task or the error.

        Raises:
            InvalidError: A request cannot be sent. It is raised once all before it have ended; one of another
                argument at once.
            TypeError: What was given is no iterable, or a string.
        """
        return zoom_many(self._native, self._left_behind, requests, window, in_order, on_progress)

    def upscale(
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

        Args:
            task_id: The grid.
            index: Which tile, 1 to 4.
            custom_id: A button of the grid instead.
            speed: The price cell.
            metadata: Your own notes, kept with the task.
            key: As :meth:`zoom`.
            again: As :meth:`zoom`.
            on_progress: Hears where the task stands.
            progress: Whether to show a bar.

        Raises:
            ZoomoutError: As :meth:`zoom`.
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
        return self._task(Ask.upscale(request), on_progress, progress)

    def wait(self, task_id: str, *, on_progress: OnProgress | None = None, progress: bool = False) -> Task:
        """Waits for a task that was submitted before. Free.

        Raises:
            ZoomoutError: As :meth:`zoom`, but for the errors of a submission.
        """
        return self._task(Ask.wait(task_id), on_progress, progress)

    def task(self, task_id: str) -> Task:
        """Looks at a task once. Free. A task that failed is not an error here.

        Raises:
            RefusedError: The server will not show it.
            TransportError: The server could not be asked.
            ProtocolError: Its answer shows no task.
        """
        return self._handed_out(*self._native.run(Ask.task(task_id)))

    def buttons(self, task_id: str) -> MidjourneyTask:
        """Looks at what can be pressed under a picture. Free.

        Raises:
            ZoomoutError: As :meth:`task`.
        """
        return _values.midjourney_task(self._native.run(Ask.buttons(task_id))[0])

    def download(self, task: Task, path: str | os.PathLike[str]) -> list[Path]:
        """Saves every picture of a finished task, whole or not at all, and says where. Free.

        Args:
            task: The task.
            path: A file, or a folder (one that exists, or a path that ends with a slash). Of several
                pictures each gets a number.

        Raises:
            StorageError: A file could not be written.
            TransportError: A picture could not be fetched.
            RefusedError: Its link has expired.
        """
        from pathlib import Path

        saved, _ = self._native.run(download(task, path))
        assert isinstance(saved, list)
        return [Path(file) for file in saved]

    def _task(self, ask: Ask, on_progress: OnProgress | None, progress: bool) -> Task:
        with Listener(on_progress, progress) as listener:
            ended = self._paid(ask, listener)
        return self._handed_out(*ended)

    def _handed_out(self, answer: object, ended: str | None) -> Task:
        """A task on its way to the caller: if it has ended, it is unfinished no more."""
        task = _values.task(answer, self._native)
        if ended is not None:
            self._native.acknowledge(ended)
        return task

    def _paid(self, ask: Ask, listener: Listener) -> tuple[object, str | None]:
        try:
            return self._native.run(ask, listener.hears)
        except BaseException as stop:
            self._left_behind.after(stop)
            raise

    def unfinished(self) -> list[Entry]:
        """What was accepted, or may have been, and was not handed out. Free; nothing is sent.

        By this client, or by anybody who shares its ledger, for this account on this server. Handed out is
        how a task ended: by a call that returned it, by a loop that asked for the next one, or as a file. A
        task that was only submitted is unfinished until then; a submission of which nobody knows, until
        somebody settles it with :meth:`resolve`.

        Raises:
            StorageError: The ledger cannot be read.
        """
        return _values.entries(self._native.run(Ask.unfinished())[0], self._native)

    def collect(self, folder: str | os.PathLike[str]) -> Generator[Collected, None, None]:
        """Waits for everything that is :meth:`unfinished`, and saves its pictures in this folder. Free.

        Each is yielded as it ends, its pictures saved as ``<task_id>.png``: then it is unfinished no more. Of
        a submission of which nobody knows, there is an :class:`UnconfirmedError`; see :meth:`resolve`.

        Args:
            folder: Where to; it is made if it is not there.

        Raises:
            StorageError: The ledger cannot be read. Whatever else goes wrong is in what is yielded.
        """
        collecting = self._native.collect(os.fspath(folder))
        try:
            while (collected := _values.collected(collecting.run(), self._native)) is not None:
                yield collected
        finally:
            collecting.cancel()

    def resolve(self, key: str, *, task_id: str | None = None, billed: bool | None = None) -> Entry:
        """Settles what nobody knows, by a person's word after a look at the account. Free; nothing is sent.

        Args:
            key: The ``key`` of an unconfirmed :class:`Entry`.
            task_id: It was accepted: it is this task.
            billed: ``False``: it was not billed. Whoever asks under the key again submits again.

        Raises:
            InvalidError: Neither was said, or both.
            StorageError: The ledger has no unconfirmed submission under this key, or cannot be written.
        """
        return _values.entry(self._native.run(Ask.resolve(key, task_id, billed))[0], self._native)

    def settle(self, timeout: Span = PATIENCE) -> list[Detached]:
        """Waits for the submissions whose callers were stopped, and tells what became of each, once. Free.

        A submission that is on its way is read to its end whether or not somebody asks. So that it can be, a
        program stays for up to 5 seconds after its last line; what became of each is logged, and is a
        ``RuntimeWarning``, too.

        Args:
            timeout: How long to wait at most.

        Raises:
            InvalidError: The timeout is none.
        """
        return self._left_behind.settle(timeout)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close: connections end by themselves."""

    def __repr__(self) -> str:
        return f"Client(base_url={self.base_url!r})"
