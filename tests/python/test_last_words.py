"""Whatever stops a call tells what became of its task: what was paid for is never lost."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zoomout
from stopped import told
from zoomout import Progress
from zoomout.testing import Emulator

HANGS = [{"on": "zoom", "fault": {"kind": "hang", "executed": True}}]
"""A submission that is accepted, and whose answer never comes."""

ESTABLISHED = b"\x01"
"""How Linux calls the state of a connection that is there."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator in fast time."""
    with Emulator(time_scale=500, picture_side=24) as emulator:
        yield emulator


@pytest.fixture
def slow() -> Iterator[Emulator]:
    """An emulator in real time: no task ends during a test."""
    with Emulator(picture_side=24) as emulator:
        yield emulator


def bought(emulator: Emulator) -> str:
    """The only task on the bill."""
    (line,) = emulator.bill()["lines"]
    task_id: str = line["task_id"]
    return task_id


def check(stop: BaseException, task_id: str | None, billed: str) -> None:
    """It tells this of its task: as attributes, as a note, and by an error of ours."""
    assert (told(stop, "task_id"), told(stop, "billed")) == (task_id, billed)
    while not isinstance(stop, zoomout.CancelledError):
        if sys.version_info >= (3, 11):
            assert any(f"billed: {billed}; next: " in note for note in stop.__notes__)
        assert stop.__context__ is not None
        stop = stop.__context__
    assert (stop.task_id, stop.billed) == (task_id, billed)


def connecting(port: int) -> bool:
    """Whether somebody is building up a connection to this port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    syn_sent = "02"
    return any(row[2].endswith(f":{port:04X}") and row[3] == syn_sent for row in rows)


def swallow_connections(port: int) -> list[socket.socket]:
    """Takes the port over, with a queue that is full: whoever connects now hears nothing."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(0)
    sockets = [listener]
    while not connecting(port):
        waiting = socket.socket()
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.1", port))
        sockets.append(waiting)
    # From here on only whoever comes anew is seen connecting.
    for waiting in sockets[1:]:
        if waiting.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) != ESTABLISHED:
            waiting.close()
    return sockets


@pytest.mark.skipif(sys.platform != "linux", reason="how connections stand is read as on Linux")
@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_a_call_that_is_stuck_in_a_connection_names_its_task(stop: type[BaseException]) -> None:
    """What works on it cannot say so itself: a connection that is built up hears of nothing."""
    emulator = Emulator(time_scale=100, picture_side=24)
    port = int(emulator.url.rsplit(":", 1)[1])
    paid: list[str] = []
    sockets: list[socket.socket] = []

    def stuck(_: Progress) -> None:
        paid.append(bought(emulator))
        emulator.close()
        sockets.extend(swallow_connections(port))
        while not connecting(port):
            time.sleep(0.001)
        if stop is KeyboardInterrupt:
            signal.default_int_handler(signal.SIGINT, None)
        raise stop

    with pytest.raises(stop) as stopped:
        emulator.client().zoom(emulator.seeds["upscaled"], on_progress=stuck)
    for taken in sockets:
        taken.close()
    check(stopped.value, paid[0], "yes")


def test_cancelling_after_a_busy_loop_names_the_task() -> None:
    """The loop has not heard of it yet; the client has."""

    async def main(emulator: Emulator) -> None:
        zoom = asyncio.ensure_future(emulator.async_client().zoom(emulator.seeds["upscaled"]))
        await asyncio.sleep(0)
        # Nothing is heard on this loop meanwhile. The first look comes after the client knew of the task.
        while not any(request["method"] == "GET" for request in emulator.requests()):
            time.sleep(0.001)
        zoom.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await zoom
        check(stopped.value, bought(emulator), "yes")

    with Emulator(time_scale=20, picture_side=24) as emulator:
        asyncio.run(main(emulator))


@pytest.mark.parametrize("call", ["zoom", "submit"])
def test_cancelling_while_the_answer_is_out_says_that_it_may_be_billed(slow: Emulator, call: str) -> None:
    """Nobody here can know."""
    slow.faults(HANGS)

    async def main() -> None:
        ask = asyncio.ensure_future(getattr(slow.async_client(), call)(slow.seeds["upscaled"]))
        while not slow.bill()["lines"]:
            await asyncio.sleep(0)
        ask.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await ask
        check(stopped.value, None, "maybe")

    asyncio.run(main())


def test_what_never_left_is_not_billed(slow: Emulator) -> None:
    """A call that waits for a place, and is cancelled there."""
    slow.faults(HANGS)

    async def main() -> None:
        client = slow.async_client()
        zooms = [asyncio.ensure_future(client.zoom(slow.seeds["upscaled"])) for _ in range(200)]
        await asyncio.sleep(0)
        zooms[-1].cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await zooms[-1]
        check(stopped.value, None, "no")
        for zoom in zooms:
            zoom.cancel()
        await asyncio.gather(*zooms, return_exceptions=True)

    asyncio.run(main())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout is new in Python 3.11")
def test_a_timeout_of_asyncio_has_it_beneath(slow: Emulator) -> None:
    """The CancelledError is the cause of the TimeoutError."""

    async def main() -> None:
        client = slow.async_client()
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError) as stopped:
            async with asyncio.timeout(None) as patience:
                accepted = lambda _: patience.reschedule(loop.time())  # noqa: E731
                await client.zoom(slow.seeds["upscaled"], on_progress=accepted)
        assert stopped.value.__cause__ is not None
        check(stopped.value.__cause__, bought(slow), "yes")

    asyncio.run(main())


def test_an_answer_that_nobody_takes_is_not_lost(emulator: Emulator) -> None:
    """The task has ended, and the call is cancelled before it could return it."""

    async def main() -> None:
        zoom = asyncio.ensure_future(emulator.async_client().zoom(emulator.seeds["upscaled"]))
        await asyncio.sleep(0)

        def ended() -> bool:
            lines = emulator.bill()["lines"]
            return bool(lines) and emulator.client().task(lines[0]["task_id"]).status == "completed"

        while not ended():
            time.sleep(0.001)
        zoom.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await zoom
        check(stopped.value, bought(emulator), "yes")

    asyncio.run(main())


def test_a_callback_that_raises_loses_nothing(slow: Emulator) -> None:
    """Its exception comes out, and what it came from stays behind it."""
    cause = LookupError("no row")

    def clumsy(_: Progress) -> None:
        try:
            raise cause
        except LookupError:
            raise ZeroDivisionError  # noqa: B904

    async def main() -> None:
        with pytest.raises(ZeroDivisionError) as stopped:
            await slow.async_client().zoom(slow.seeds["upscaled"], on_progress=clumsy)
        check(stopped.value, bought(slow), "yes")
        assert stopped.value.__context__ is not None
        assert stopped.value.__context__.__context__ is cause

    asyncio.run(main())


def test_being_cancelled_again_meanwhile_changes_nothing(slow: Emulator) -> None:
    """Neither while it says how it ended, nor once it has."""

    async def main() -> None:
        heard = asyncio.Event()
        zoom = asyncio.ensure_future(
            slow.async_client().zoom(slow.seeds["upscaled"], on_progress=lambda _: heard.set())
        )
        await heard.wait()
        zoom.cancel()
        await asyncio.sleep(0)
        zoom.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await zoom
        check(stopped.value, bought(slow), "yes")

    asyncio.run(main())


def test_an_error_of_ours_from_a_callback_keeps_its_own_task(slow: Emulator) -> None:
    """It speaks of another one; that of the call is in its context."""
    own: Any = zoomout.TaskFailedError("failed", kind="task_failed", billed="no", task_id="task_other")

    def fails(_: Progress) -> None:
        raise own

    with pytest.raises(zoomout.TaskFailedError) as stopped:
        slow.client().zoom(slow.seeds["upscaled"], on_progress=fails)
    assert (stopped.value.task_id, stopped.value.billed) == ("task_other", "no")
    context = stopped.value.__context__
    assert isinstance(context, zoomout.CancelledError)
    assert context.task_id == bought(slow)
