"""Nothing paid for is lost, and a key pays once: the bill is what was had and what is unfinished."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zoomout
from ledger_world import PACE, billed, program, result_of, row, tasks
from zoomout import AsyncClient, Client, Progress, Task, _aio_call
from zoomout.testing import Emulator

# What a cancelled submission was accepted as is told as one, too.
pytestmark = pytest.mark.filterwarnings("ignore:a cancelled zoom:RuntimeWarning")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator in fast time."""
    with Emulator(time_scale=PACE, picture_side=16) as emulator:
        yield emulator


@pytest.fixture(params=["memory", "file"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Every ledger there is."""
    return tmp_path / "ledger.db" if request.param == "file" else None


def test_whoever_leaves_the_loop_early_finds_the_rest(
    emulator: Emulator, ledger: Path | None, tmp_path: Path
) -> None:
    """The last one that was had among it, for nobody asked for the next."""
    client, had = emulator.client(ledger=ledger), []
    for _, task in client.zoom_many([emulator.seeds["upscaled"]] * 60):
        assert isinstance(task, Task)
        had.append(task.task_id)
        if len(had) == 7:
            break
    client.settle(60)
    unfinished = tasks(client.unfinished())
    assert set(had[:6]) | unfinished == set(billed(emulator))
    assert set(had) & unfinished == {had[6]}
    for collected in client.collect(tmp_path / "pictures"):
        assert collected.error is None
        assert [path.read_bytes()[:4] for path in collected.paths] == [b"\x89PNG"]
    assert client.unfinished() == []


def test_a_listener_that_raises_in_the_loop_loses_nothing(emulator: Emulator, ledger: Path | None) -> None:
    """What was not taken is on the exception, and in the ledger."""
    client, had = emulator.client(ledger=ledger), set[str]()

    def clumsy(_: int, progress: Progress) -> None:
        if len(had) >= 5 and progress.status == "completed":
            raise RuntimeError("clumsy")

    with pytest.raises(RuntimeError, match="clumsy") as stopped:
        for _, task in client.zoom_many([emulator.seeds["upscaled"]] * 40, on_progress=clumsy):
            assert isinstance(task, Task)
            had.add(task.task_id)
    client.settle(60)
    left = {one.task_id for one in stopped.value.unfinished}  # type: ignore[attr-defined]
    unfinished = tasks(client.unfinished())
    assert left - {None} <= unfinished
    assert had | unfinished == set(billed(emulator))
    assert any(isinstance(one, Task) for one in stopped.value.unfinished)  # type: ignore[attr-defined]


def test_what_is_thrown_into_the_loop_carries_the_last_result(
    emulator: Emulator, ledger: Path | None
) -> None:
    """For whoever was given it did not come back for the next one."""
    client = emulator.client(ledger=ledger)
    many = client.zoom_many([emulator.seeds["upscaled"]] * 3)
    _, last = next(many)
    with pytest.raises(RuntimeError) as stopped:
        many.throw(RuntimeError("no disk"))
    client.settle(60)
    assert stopped.value.unfinished[0] == last  # type: ignore[attr-defined]
    assert tasks(client.unfinished()) == set(billed(emulator))


def test_a_listener_of_one_that_raises_loses_nothing(emulator: Emulator, ledger: Path | None) -> None:
    """Its task goes on, and is there to be waited for."""
    client = emulator.client(ledger=ledger)

    def clumsy(_: Progress) -> None:
        raise RuntimeError("clumsy")

    with pytest.raises(RuntimeError):
        client.zoom(emulator.seeds["upscaled"], on_progress=clumsy)
    (entry,) = client.unfinished()
    assert [entry.task_id] == billed(emulator)
    assert client.wait(str(entry.task_id)).status == "completed"
    assert client.unfinished() == []


async def cancelled_at_random(client: AsyncClient, parent: str, chance: random.Random) -> set[str]:
    """Starts a zoom and cancels it at a moment of chance, or never; the task if it was had."""
    turns = chance.choice([0, 1, 2, 10, 100, None, None, None])
    words = chance.choice([1, 2, 3, 5, 8, None, None])
    heard = 0

    def hear(_: Progress) -> None:
        nonlocal heard
        heard += 1
        if heard == words:
            zoom.cancel()

    zoom = asyncio.ensure_future(client.zoom(parent, on_progress=hear))
    if turns is not None:
        for _ in range(turns):
            await asyncio.sleep(0)
        zoom.cancel()
    try:
        return {(await zoom).task_id}
    except asyncio.CancelledError:
        return set()


def test_cancelling_at_any_moment_loses_nothing(emulator: Emulator, ledger: Path | None) -> None:
    """300 zooms at once."""

    async def main() -> tuple[set[str], set[str]]:
        client, chance = emulator.async_client(ledger=ledger), random.Random(7)
        zooms = [cancelled_at_random(client, emulator.seeds["upscaled"], chance) for _ in range(300)]
        had: set[str] = set().union(*await asyncio.gather(*zooms))
        await client.settle(60)
        return had, tasks(await client.unfinished())

    had, unfinished = asyncio.run(main())
    assert had and unfinished
    assert had | unfinished == set(billed(emulator))
    assert had.isdisjoint(unfinished)


def test_a_result_that_comes_as_its_coroutine_is_cancelled_stays_unfinished(
    emulator: Emulator, ledger: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there, but nobody has it."""
    ends = _aio_call.Call._end

    async def main() -> list[zoomout.Entry]:
        client = emulator.async_client(ledger=ledger)
        zoom = asyncio.ensure_future(client.zoom(emulator.seeds["upscaled"]))

        def end_and_cancel(call: _aio_call.Call, *told: object) -> None:
            ends(call, *told)  # type: ignore[arg-type]
            zoom.cancel()

        monkeypatch.setattr(_aio_call.Call, "_end", end_and_cancel)
        with pytest.raises(asyncio.CancelledError):
            await zoom
        monkeypatch.setattr(_aio_call.Call, "_end", ends)
        return await client.unfinished()

    (entry,) = asyncio.run(main())
    assert (entry.state, [entry.task_id]) == ("done", billed(emulator))
    assert entry.task is not None and entry.task.status == "completed"


def test_an_async_loop_that_is_left_or_cancelled_loses_nothing(
    emulator: Emulator, ledger: Path | None
) -> None:
    """By a break, and by its task."""

    async def main() -> None:
        client, had = emulator.async_client(ledger=ledger), set()
        many = client.zoom_many([emulator.seeds["upscaled"]] * 40)
        async for _, task in many:
            had.add(task.task_id)
            if len(had) == 5:
                break
        await many.aclose()

        async def consume() -> None:
            async for _, task in client.zoom_many([emulator.seeds["upscaled"]] * 40):
                had.add(task.task_id)
                if len(had) == 12:
                    loop.cancel()

        loop = asyncio.ensure_future(consume())
        with pytest.raises(asyncio.CancelledError):
            await loop
        await client.settle(60)
        assert had | tasks(await client.unfinished()) == set(billed(emulator))

    asyncio.run(main())


def test_a_key_is_paid_for_once(emulator: Emulator, ledger: Path | None) -> None:
    """One after the other, and at once."""
    client, parent = emulator.client(ledger=ledger), emulator.seeds["upscaled"]
    first = client.zoom(parent, key="album/17")
    assert client.zoom(parent, key="album/17").task_id == first.task_id
    assert client.submit(parent, key="album/17").task_id == first.task_id
    many = client.zoom_many([{"task_id": parent, "key": "album/18"}] * 20)
    same = {task.task_id for _, task in many}
    assert billed(emulator) == [first.task_id, *same]
    assert client.unfinished() == []


def test_an_async_key_is_paid_for_once(emulator: Emulator, ledger: Path | None) -> None:
    """Twenty coroutines at once."""

    async def main() -> list[Task]:
        client = emulator.async_client(ledger=ledger)
        zooms = (client.zoom(emulator.seeds["upscaled"], key="album/17") for _ in range(20))
        return list(await asyncio.gather(*zooms))

    assert {task.task_id for task in asyncio.run(main())} == set(billed(emulator))
    assert len(billed(emulator)) == 1


def test_two_processes_that_ask_under_one_key_pay_once(emulator: Emulator, tmp_path: Path) -> None:
    """At the same time, and later."""
    ledger = tmp_path / "ledger.db"
    code = "sys.stdin.readline()\ntell(client.zoom(parent, key='album/17').task_id)\n"
    with program(code, emulator, ledger) as one, program(code, emulator, ledger) as other:
        results = [result_of(child) for child in (one, other)]
    mine = emulator.client(ledger=ledger).zoom(emulator.seeds["upscaled"], key="album/17")
    assert results == [[[mine.task_id]]] * 2
    assert billed(emulator) == [mine.task_id]


def test_a_key_stands_for_one_request(emulator: Emulator, ledger: Path | None) -> None:
    """Under another one nothing is sent."""
    client, parent = emulator.client(ledger=ledger), emulator.seeds["upscaled"]
    client.zoom(parent, key="album/17")
    before = len(emulator.requests())
    others: list[dict[str, Any]] = [{"zoom_ratio": 1.5}, {"speed": "fast"}, {"metadata": {"a": 1}}]
    for other in others:
        with pytest.raises(zoomout.InvalidError) as raised:
            client.zoom(parent, key="album/17", **other)
        assert (raised.value.field, raised.value.billed) == ("key", "no")
    assert len(emulator.requests()) == before


def test_what_failed_is_paid_for_again_only_when_asked(emulator: Emulator, ledger: Path | None) -> None:
    """And then once."""
    client, parent = emulator.client(ledger=ledger), emulator.seeds["upscaled"]
    emulator.faults([{"on": "zoom", "fault": {"kind": "task_fails", "reason": "moderation"}, "times": 1}])
    for _ in range(2):
        with pytest.raises(zoomout.TaskFailedError, match="moderation"):
            client.zoom(parent, key="album/17")
    assert len(billed(emulator)) == 1
    again = client.zoom(parent, key="album/17", again=True)
    assert client.zoom(parent, key="album/17").task_id == again.task_id
    assert billed(emulator)[1:] == [again.task_id]


def test_rows_with_keys_are_paid_for_once(emulator: Emulator, ledger: Path | None) -> None:
    """Whatever is asked for again beside them."""
    client, parent = emulator.client(ledger=ledger), emulator.seeds["upscaled"]
    first = dict(client.zoom_many([row(number, parent) for number in range(20)], in_order=True))
    more = dict(client.zoom_many([row(number, parent) for number in range(30)], in_order=True))
    assert {index: more[index].task_id for index in first} == {
        index: task.task_id for index, task in first.items()
    }
    assert sorted(line["metadata"]["row"] for line in emulator.bill()["lines"]) == list(range(30))


def test_what_nobody_knows_is_settled_by_a_person(emulator: Emulator, ledger: Path | None) -> None:
    """It was accepted, or it was not billed."""
    client, parent = emulator.client(ledger=ledger), emulator.seeds["upscaled"]
    emulator.faults([{"on": "zoom", "fault": {"kind": "close"}, "times": 1}])
    for _ in range(2):
        with pytest.raises(zoomout.UnconfirmedError):
            client.zoom(parent, key="album/17")
    (entry,) = client.unfinished()
    assert (entry.state, entry.key, entry.reason is not None) == ("unconfirmed", "album/17", True)
    (task_id,) = billed(emulator)
    resolved = client.resolve("album/17", task_id=task_id)
    assert (resolved.state, resolved.task_id) == ("accepted", task_id)
    assert client.zoom(parent, key="album/17").task_id == task_id

    emulator.faults([{"on": "zoom", "fault": {"kind": "close", "executed": False}, "times": 1}])
    with pytest.raises(zoomout.UnconfirmedError):
        client.zoom(parent, key="album/18")
    assert client.resolve("album/18", billed=False).state == "refused"
    assert client.unfinished() == []
    assert billed(emulator) == [task_id]
    later = client.zoom(parent, key="album/18").task_id
    assert billed(emulator) == [task_id, later]

    with pytest.raises(zoomout.StorageError):
        client.resolve("album/19", billed=False)
    with pytest.raises(zoomout.InvalidError):
        client.resolve("album/18")


def test_a_ledger_that_cannot_be_written_sends_nothing(emulator: Emulator, tmp_path: Path) -> None:
    """A folder is no file."""
    client = emulator.client(ledger=tmp_path)
    with pytest.raises(zoomout.StorageError) as raised:
        client.zoom(emulator.seeds["upscaled"])
    assert raised.value.billed == "no"
    with pytest.raises(zoomout.StorageError):
        client.unfinished()
    assert emulator.requests() == []


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_a_ledger_is_a_file(make: type[Client] | type[AsyncClient]) -> None:
    """And not a database elsewhere."""
    for given in ("postgresql://host/zooms", "postgres://host/zooms", 7):
        with pytest.raises(zoomout.InvalidError) as raised:
            make("sk-MARK", ledger=given)  # type: ignore[arg-type]
        assert raised.value.field == "ledger"


def test_what_was_had_leaves_the_memory(emulator: Emulator) -> None:
    """Two thousand zooms later there is nothing in it."""
    client = emulator.client()
    had = {task.task_id for _, task in client.zoom_many([emulator.seeds["upscaled"]] * 2_000, window=200)}
    assert had == set(billed(emulator))
    assert client.unfinished() == []
