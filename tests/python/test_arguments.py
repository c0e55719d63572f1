"""Arguments as Python gives them: what cannot be used is refused by its name, before anything is sent."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import zoomout
from zoomout import Client, ZoomRequest
from zoomout.testing import Emulator

PARENT = "task_1"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator in fast time."""
    with Emulator(time_scale=500, picture_side=24) as emulator:
        yield emulator


def refused(field: str, call: Callable[[], object]) -> str:
    """The words in which a call is refused by the name of this field."""
    with pytest.raises(zoomout.InvalidError) as raised:
        call()
    assert (raised.value.field, raised.value.billed) == (field, "no")
    return str(raised.value)


BAD: list[tuple[str, Any]] = [
    ("zoom_ratio", True),
    ("zoom_ratio", "1.5"),
    ("zoom_ratio", float("nan")),
    ("zoom_ratio", Decimal("nan")),
    ("zoom_ratio", 10**400),
    ("zoom_ratio", 1j),
    ("zoom_ratio", object()),
    ("index", True),
    ("index", 1.5),
    ("index", "1"),
    ("index", Decimal(5)),
    ("speed", 1),
    ("custom_id", b"MJ::x"),
    ("task_id", 5),
    ("task_id", "\ud800"),
    ("metadata", [1]),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_keyword_and_a_mapping_are_refused_in_the_same_words(field: str, value: Any) -> None:
    """There is one door."""
    fields = {"task_id": PARENT, field: value}
    client = Client("sk-1", base_url="http://127.0.0.1:9")
    words = refused(field, lambda: ZoomRequest(**fields))
    assert words == refused(field, lambda: client.zoom(**fields))
    assert words == refused(field, lambda: list(client.zoom_many([fields])))


@pytest.mark.parametrize("ratio", [1.5, Decimal("1.5"), Fraction(3, 2)])
def test_any_number_is_a_number(ratio: Any) -> None:
    """By keyword, and in a mapping."""
    assert ZoomRequest(PARENT, zoom_ratio=ratio) == ZoomRequest(PARENT, zoom_ratio=1.5)


def test_an_index_of_another_library_is_a_number() -> None:
    """One that says of itself that it is whole."""
    import numbers

    class Two:
        def __index__(self) -> int:
            return 2

    numbers.Integral.register(Two)
    index: Any = Two()
    assert ZoomRequest(PARENT, index=index) == ZoomRequest(PARENT, index=2)


def test_a_request_can_be_given_whole(emulator: Emulator) -> None:
    """Wherever its fields can, and then none of them beside it."""
    request = ZoomRequest(emulator.seeds["upscaled"], zoom_ratio=1.5, speed="fast")
    client = emulator.client()
    heard: list[zoomout.Progress] = []
    assert client.zoom(request, on_progress=heard.append).status == "completed"
    assert client.submit(request).status == "pending"

    async def main() -> None:
        several = emulator.async_client()
        assert (await several.zoom(request, on_progress=heard.append)).status == "completed"
        assert (await several.submit(request)).status == "pending"

    asyncio.run(main())
    assert [line["billing_key"] for line in emulator.bill()["lines"]] == [request.billing_key] * 4
    assert len({progress.task_id for progress in heard}) == 2
    assert ZoomRequest(request) == request
    both: Any = {"speed": "fast"}
    assert "beside a ZoomRequest" in refused("speed", lambda: client.zoom(request, **both))
    no_grid: Any = request
    assert "got ZoomRequest" in refused("task_id", lambda: client.upscale(no_grid, index=1))
    assert len(emulator.bill()["lines"]) == 4


def test_a_callback_that_cannot_be_called_is_found_out_before_paying(emulator: Emulator) -> None:
    """Everywhere."""
    client, parent = emulator.client(), emulator.seeds["upscaled"]
    hear: Any = 5
    refused("on_progress", lambda: client.zoom(parent, on_progress=hear))
    refused("on_progress", lambda: client.wait(parent, on_progress=hear))
    refused("on_progress", lambda: client.upscale(emulator.seeds["grid"], index=1, on_progress=hear))
    refused("on_progress", lambda: list(client.zoom_many([parent], on_progress=hear)))

    async def each() -> None:
        several = emulator.async_client()
        for call in (several.zoom, several.wait):
            with pytest.raises(zoomout.InvalidError, match="on_progress must be a function, got 5"):
                await call(parent, on_progress=hear)
        with pytest.raises(zoomout.InvalidError, match="on_progress must be a function, got 5"):
            [end async for end in several.zoom_many([parent], on_progress=hear)]

    asyncio.run(each())
    assert emulator.requests() == []


def test_a_callback_that_would_have_to_be_awaited_is_found_out_before_paying(emulator: Emulator) -> None:
    """Nobody would await it."""

    async def hear(progress: object) -> None:
        pass

    told = refused("on_progress", lambda: emulator.client().zoom("task_1", on_progress=hear))
    assert "a plain function" in told
    assert emulator.requests() == []


def test_what_nobody_catches_names_the_task(emulator: Emulator) -> None:
    """Notes exist from Python 3.11 on."""
    with pytest.raises(zoomout.TaskFailedError) as caught:
        emulator.client().wait(emulator.seeds["failed"])
    if sys.version_info >= (3, 11):
        shown = "".join(traceback.format_exception(caught.value))
        assert f"task: {emulator.seeds['failed']}; billed: no" in shown


@pytest.mark.parametrize("call", [Client.wait, Client.task, Client.buttons])
def test_what_is_no_task_id_is_refused_by_name(call: Callable[..., object]) -> None:
    """And in plain words."""
    client = Client("sk-1", base_url="http://127.0.0.1:9")
    assert refused("task_id", lambda: call(client, 5)) == "task_id must be the id of a task, got 5"


@pytest.mark.parametrize("window", [0, -1, 2.5, True, "5"])
def test_a_window_is_a_whole_number(emulator: Emulator, window: Any) -> None:
    """1 or more."""
    words = refused("window", lambda: list(emulator.client().zoom_many([], window=window)))
    assert words.startswith("window must be a whole number, 1 or more, got ")


@pytest.mark.parametrize("name", ["api_key", "base_url", "language", "resubmit"])
def test_settings_that_are_no_text_are_refused_by_name(name: str) -> None:
    """Whatever was given is named by its type: it may be secret."""
    settings: Any = {"api_key": "sk-1", name: b"secret"}
    assert refused(name, lambda: Client(**settings)) == f"{name} must be text, got bytes"


@pytest.mark.parametrize("name", ["timeout", "call_timeout"])
@pytest.mark.parametrize("value", ["5", True, [1]])
def test_a_span_is_seconds_or_a_timedelta(emulator: Emulator, name: str, value: Any) -> None:
    """Of a client as of the emulator's own."""
    settings: Any = {name: value}
    for make in (lambda: Client("sk-1", **settings), lambda: emulator.client(**settings)):
        assert "must be a number of seconds or a timedelta" in refused(name, make)


def test_time_jumps_by_fractions_and_never_back(emulator: Emulator) -> None:
    """A task lives on by what was added up."""
    with Emulator(picture_side=24) as emulator:
        client, running = emulator.client(), emulator.client().submit(emulator.seeds["upscaled"]).task_id
        for _ in range(1000):
            emulator.advance(0.5)
        assert client.task(running).status == "completed"
        emulator.advance(timedelta(milliseconds=1))
        emulator.advance(0)
        for back in (-5, -0.5, float("nan"), float("inf"), timedelta(seconds=-1)):
            assert "from 0 on" in refused("span", lambda back=back: emulator.advance(back))  # type: ignore[misc]
