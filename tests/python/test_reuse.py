"""A client goes on: after storms of cancellations, loops left early, and callbacks that call it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import zoomout
from stopped import told
from zoomout import AsyncClient, Client, Progress
from zoomout.testing import Emulator

HANGS = [{"on": on, "fault": {"kind": "hang"}} for on in ("task", "midjourney_task")]
"""Looks that are never answered."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator in fast time."""
    with Emulator(time_scale=500, picture_side=24) as emulator:
        yield emulator


def paid(emulator: Emulator) -> set[str]:
    """The tasks on the bill."""
    return {line["task_id"] for line in emulator.bill()["lines"]}


def test_a_callback_may_call_the_client_that_it_is_called_by(emulator: Emulator) -> None:
    """One call and many, within both."""
    client, parent = emulator.client(), emulator.seeds["upscaled"]
    seen: list[str] = []

    def look(progress: Progress) -> None:
        if len(seen) < 3:
            seen.append(client.task(progress.task_id).task_id)
            for _, task in client.zoom_many([parent], on_progress=lambda *_: None):
                assert isinstance(task, zoomout.Task)
                seen.append(task.status)

    assert client.zoom(parent, on_progress=look).task_id == seen[0]
    seen.clear()
    ((_, task),) = client.zoom_many([parent], on_progress=lambda _, progress: look(progress))
    assert isinstance(task, zoomout.Task)
    assert seen[0] == task.task_id
    seen.clear()
    # It blocks the event loop, but nothing else.
    task = asyncio.run(AsyncClient._of(client).zoom(parent, on_progress=look))
    assert seen[0] == task.task_id
    assert "completed" in seen


def test_a_callback_may_call_the_client_for_asyncio(emulator: Emulator) -> None:
    """Its own call goes on beside."""

    async def main() -> None:
        client, parent = emulator.async_client(), emulator.seeds["upscaled"]
        further: list[asyncio.Task[zoomout.Task]] = []

        def hear(_: Progress) -> None:
            if len(further) < 5:
                further.append(asyncio.ensure_future(client.zoom(parent, on_progress=hear)))

        await client.zoom(parent, on_progress=hear)
        assert [task.status for task in await asyncio.gather(*further)] == ["completed"] * 5

    asyncio.run(main())


def test_a_loop_that_is_left_early_leaves_the_client_as_it_was(emulator: Emulator) -> None:
    """By hundreds of zooms, and by looks that hang."""
    client, parent = emulator.client(timeout=3600), emulator.seeds["upscaled"]
    for _ in range(3):
        for _, task in client.zoom_many([parent] * 300, window=100):
            assert isinstance(task, zoomout.Task)
            break
        assert client.zoom(parent).status == "completed"
    emulator.faults(HANGS)
    many = client.zoom_many([parent] * 200, on_progress=lambda *_: many_began())
    with pytest.raises(Stop):
        next(many)
    emulator.faults([])
    assert client.zoom(parent).status == "completed"


class Stop(Exception):
    """Raised by a callback."""


def many_began() -> None:
    """Leaves a loop as soon as something is under way."""
    raise Stop


def test_a_storm_of_cancellations_leaves_the_client_as_it_was(emulator: Emulator) -> None:
    """Whatever they meet: what waits in a queue, what is on its way, what has just ended."""

    async def main() -> None:
        client, parent = emulator.async_client(), emulator.seeds["upscaled"]
        for step in (0, 1, 7):
            zooms = [asyncio.ensure_future(client.zoom(parent)) for _ in range(200)]
            for zoom in zooms:
                for _ in range(step):
                    await asyncio.sleep(0)
                zoom.cancel()
            ended = await asyncio.gather(*zooms, return_exceptions=True)
            assert {type(end) for end in ended} <= {asyncio.CancelledError, zoomout.Task}
            assert {end.task_id for end in ended if isinstance(end, zoomout.Task)} <= paid(emulator)
        zooms = [asyncio.ensure_future(client.zoom(parent)) for _ in range(100)]
        assert [task.status for task in await asyncio.gather(*zooms)] == ["completed"] * 100

    asyncio.run(main())


def test_a_storm_of_cancelled_looks_that_hang_leaves_the_client_as_it_was(emulator: Emulator) -> None:
    """None of them keeps a place."""

    async def main() -> None:
        client, parent = emulator.async_client(), emulator.seeds["upscaled"]
        emulator.faults(HANGS)
        for round in range(1, 4):
            looks = [asyncio.ensure_future(client.task(parent)) for _ in range(200)]
            while len(emulator.requests()) < 10 * round:
                await asyncio.sleep(0)
            for look in looks:
                look.cancel()
            ended = await asyncio.gather(*looks, return_exceptions=True)
            assert {type(end) for end in ended} == {asyncio.CancelledError}
        emulator.faults([])
        assert (await asyncio.wait_for(client.zoom(parent), 20)).status == "completed"

    asyncio.run(main())


def test_many_that_are_cancelled_again_and_again_leave_the_client_as_it_was(emulator: Emulator) -> None:
    """Each names what was paid for."""

    async def main() -> None:
        client, parent = emulator.async_client(), emulator.seeds["upscaled"]
        named: set[str] = set()

        async def consume(begun: asyncio.Event) -> None:
            many = client.zoom_many([parent] * 50, on_progress=lambda *_: begun.set())
            async for _, task in many:
                assert isinstance(task, zoomout.Task)
                named.add(task.task_id)

        for _ in range(10):
            begun = asyncio.Event()
            loop = asyncio.ensure_future(consume(begun))
            await begun.wait()
            loop.cancel()
            try:
                await loop
            except asyncio.CancelledError as stop:
                unfinished = told(stop, "unfinished")
                named |= {error.task_id for error in unfinished if error.task_id is not None}
        assert named <= paid(emulator)
        assert (await client.zoom(parent)).status == "completed"

    asyncio.run(main())


def test_the_client_is_free_while_a_caller_waits(emulator: Emulator) -> None:
    """A blocking call that hangs keeps nobody else from the same client."""
    emulator.faults([{"on": "task", "times": 1, "fault": {"kind": "hang"}}])
    client: Client = emulator.client()

    async def main() -> None:
        hanging = asyncio.ensure_future(AsyncClient._of(client).wait(emulator.seeds["upscaled"]))
        while not emulator.requests():
            await asyncio.sleep(0)
        assert client.zoom(emulator.seeds["upscaled"]).status == "completed"
        hanging.cancel()

    asyncio.run(main())
