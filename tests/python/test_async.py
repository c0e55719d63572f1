"""The client for asyncio: many at once, cancellation, a free event loop."""

from __future__ import annotations

import asyncio
import doctest
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest
import zoomout
from stopped import told
from zoomout import AsyncClient, Progress
from zoomout.testing import Emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator in fast time."""
    with Emulator(time_scale=500, picture_side=24) as emulator:
        yield emulator


def test_the_examples_in_the_docs_run() -> None:
    """What the docs show is so."""
    result = doctest.testmod(zoomout._aio)
    assert (result.failed, result.attempted > 0) == (0, True)


def test_a_thousand_at_once_block_nobody(emulator: Emulator) -> None:
    """Each has its own result, threads stay flat, the loop stays free."""

    async def main() -> tuple[set[str], float, int]:
        client = emulator.async_client()
        zooms = [asyncio.create_task(client.zoom(emulator.seeds["upscaled"])) for _ in range(1000)]
        gap, threads, last = 0.0, 0, time.perf_counter()
        while not all(zoom.done() for zoom in zooms):
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            gap, last = max(gap, now - last), now
            threads = max(threads, threading.active_count())
        return {(await zoom).task_id for zoom in zooms}, gap, threads

    tasks, gap, threads = asyncio.run(main())
    print(f"largest gap of a heartbeat every 5 ms: {gap * 1000:.0f} ms")
    assert tasks == {line["task_id"] for line in emulator.bill()["lines"]}
    assert len(tasks) == 1000
    # Those of the dispatcher are counted once they have called Python.
    assert threads <= 1 + 64 + 1


def test_the_other_calls(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everything that the blocking client can do."""

    async def main() -> None:
        async with emulator.async_client() as client:
            tile = await client.upscale(emulator.seeds["grid"], index=1)
            submission = await client.submit(tile.task_id, zoom_ratio=1.5)
            heard: list[Progress] = []
            task = await client.wait(submission.task_id, on_progress=heard.append)
            assert heard[-1].status == task.status == "completed"
            assert (await client.task(task.task_id)) == task
            assert (await client.buttons(task.task_id)).action == "ZOOM"
            folder = tmp_path_factory.mktemp("pictures")
            assert [path.exists() for path in await client.download(task, folder)] == [True]

    asyncio.run(main())


def test_errors_are_the_same(emulator: Emulator) -> None:
    """Refused before anything is sent, by the server, and a lost answer."""

    async def main() -> None:
        client = emulator.async_client()
        with pytest.raises(zoomout.InvalidError):
            await client.zoom("a\nb")
        with pytest.raises(zoomout.RefusedError, match="requires an upscaled task"):
            await client.zoom(emulator.seeds["grid"])
        emulator.faults([{"on": "zoom", "fault": {"kind": "close"}}])
        with pytest.raises(zoomout.UnconfirmedError):
            await client.zoom(emulator.seeds["upscaled"])

    asyncio.run(main())
    assert len(emulator.bill()["lines"]) == 1


def test_cancelling_stops_the_job_and_names_the_task() -> None:
    """The task goes on at the server, and its id is on the exception."""

    async def main(emulator: Emulator) -> None:
        client = emulator.async_client()
        accepted = asyncio.Event()
        zoom = asyncio.create_task(
            client.zoom(emulator.seeds["upscaled"], on_progress=lambda _: accepted.set())
        )
        await accepted.wait()
        zoom.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await zoom
        (line,) = emulator.bill()["lines"]
        assert told(stopped.value, "task_id") == line["task_id"]

    with Emulator(picture_side=24) as emulator:
        asyncio.run(main(emulator))


def test_a_callback_that_raises_ends_its_call(emulator: Emulator) -> None:
    """Its exception comes out; others go on."""

    def clumsy(_: Progress) -> None:
        raise RuntimeError("clumsy")

    async def main() -> list[object]:
        client = emulator.async_client()
        parent = emulator.seeds["upscaled"]
        zooms = (client.zoom(parent, on_progress=clumsy), client.zoom(parent))
        return list(await asyncio.gather(*zooms, return_exceptions=True))

    failed, done = asyncio.run(main())
    assert isinstance(failed, RuntimeError)
    assert isinstance(done, zoomout.Task)


def test_a_closed_loop_is_harmless() -> None:
    """Jobs that outlive their loop end without a word."""
    with Emulator(picture_side=24) as emulator:
        client = emulator.async_client()

        async def main() -> None:
            zoom = asyncio.ensure_future(client.zoom(emulator.seeds["upscaled"]))
            while not emulator.bill()["lines"]:
                await asyncio.sleep(0)
            zoom.cancel()

        asyncio.run(main())
        assert repr(client).startswith("AsyncClient(base_url='http://127.0.0.1:")
        assert isinstance(client, AsyncClient)


def test_many_from_any_iterable_and_while_the_input_is_waited_for(emulator: Emulator) -> None:
    """Results come while an async input has no more to say; order is kept on request."""
    parent = emulator.seeds["upscaled"]

    async def main() -> None:
        client = emulator.async_client()
        first = asyncio.Event()

        async def rows() -> AsyncIterator[str]:
            yield parent
            await first.wait()
            yield parent

        indices = []
        async for index, task in client.zoom_many(rows(), window=1):
            assert isinstance(task, zoomout.Task)
            indices.append(index)
            first.set()
        assert indices == [0, 1]
        heard: dict[int, Progress] = {}
        plain = ({"task_id": parent, "zoom_ratio": 1.5} for _ in range(20))
        many = client.zoom_many(plain, in_order=True, on_progress=heard.__setitem__)
        assert [heard[index].status async for index, _ in many] == ["completed"] * 20
        assert sorted(heard) == list(range(20))

    asyncio.run(main())


def test_many_are_read_no_further_than_the_window(emulator: Emulator) -> None:
    """An endless input, and a loop that is left early."""
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield emulator.seeds["upscaled"]

    async def main() -> None:
        async with aclosing(emulator.async_client().zoom_many(endless(), window=5)) as many:
            async for index, _ in many:
                if index >= 10:
                    break

    asyncio.run(main())
    assert read <= 10 + 1 + 5 + 5
    assert len(emulator.bill()["lines"]) <= read


def test_trouble_among_many(emulator: Emulator) -> None:
    """What the input raises, a refusal before sending, and a callback that raises."""

    async def rows() -> AsyncIterator[str]:
        yield emulator.seeds["upscaled"]
        raise LookupError("the input")

    def clumsy(index: int, progress: Progress) -> None:
        raise RuntimeError("clumsy")

    async def main() -> None:
        client = emulator.async_client()
        ended = []
        with pytest.raises(LookupError, match="the input"):
            async for _, task in client.zoom_many(rows()):
                ended.append(task)
        assert [isinstance(task, zoomout.Task) for task in ended] == [True]
        with pytest.raises(zoomout.InvalidError):
            [task async for task in client.zoom_many(["a\nb"])]
        with pytest.raises(TypeError, match="for one there is zoom"):
            [task async for task in client.zoom_many(emulator.seeds["upscaled"])]
        refused = [task async for _, task in client.zoom_many([emulator.seeds["grid"]])]
        assert [type(error) for error in refused] == [zoomout.RefusedError]
        with pytest.raises(RuntimeError, match="clumsy") as stopped:
            [task async for task in client.zoom_many([emulator.seeds["upscaled"]], on_progress=clumsy)]
        (error,) = stopped.value.unfinished  # type: ignore[attr-defined]
        assert error.task_id == emulator.bill()["lines"][-1]["task_id"]

    asyncio.run(main())


def test_cancelling_many_names_every_task() -> None:
    """What was paid for is on the exception."""

    async def main(emulator: Emulator) -> None:
        client = emulator.async_client()

        accepted: set[int] = set()
        all_accepted = asyncio.Event()

        def hear(index: int, _: Progress) -> None:
            accepted.add(index)
            if len(accepted) == 30:
                all_accepted.set()

        async def consume() -> None:
            async for _ in client.zoom_many([emulator.seeds["upscaled"]] * 30, on_progress=hear):
                raise AssertionError("a zoom in real time does not end at once")

        loop = asyncio.ensure_future(consume())
        await all_accepted.wait()
        loop.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await loop
        unfinished = told(stopped.value, "unfinished")
        assert {error.task_id for error in unfinished} == {
            line["task_id"] for line in emulator.bill()["lines"]
        }

    with Emulator(picture_side=24) as emulator:
        asyncio.run(main(emulator))


def test_cancelling_a_single_call(emulator: Emulator) -> None:
    """It ends at once, and its thread is free again."""
    emulator.faults([{"on": "task", "fault": {"kind": "hang"}}])

    async def main() -> None:
        client = emulator.async_client()
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.task(emulator.seeds["upscaled"]), 0.05)

    asyncio.run(main())
