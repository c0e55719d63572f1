"""The blocking client against the emulator: results, values, threads, signals."""

from __future__ import annotations

import copy
import doctest
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zoomout
import zoomout.testing
from zoomout import Client, Progress
from zoomout.testing import Emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator in fast time."""
    with Emulator(time_scale=500, picture_side=24) as emulator:
        yield emulator


def test_the_examples_in_the_docs_run() -> None:
    """What the docs show is so."""
    for module in (zoomout._client, zoomout.testing):
        result = doctest.testmod(module)
        assert result.attempted > 0
        assert result.failed == 0


def test_from_a_grid_to_a_file(emulator: Emulator, tmp_path: Path) -> None:
    """The whole story, with its bill."""
    client = emulator.client()
    heard: list[Progress] = []
    tile = client.upscale(emulator.seeds["grid"], index=2)
    task = client.zoom(
        tile.task_id, zoom_ratio=1.5, speed="turbo", metadata={"row": 7}, on_progress=heard.append
    )
    assert (task.status, task.progress, task.cost) == ("completed", 100, 0.1)
    assert [path.name for path in client.download(task, tmp_path / "wide.png")] == ["wide.png"]
    assert (tmp_path / "wide.png").read_bytes().startswith(b"\x89PNG")
    assert heard[0] == Progress(task.task_id, "pending", None)
    assert heard[-1] == Progress(task.task_id, "completed", 100)
    bill = emulator.bill()
    assert [line["billing_key"] for line in bill["lines"]] == ["midjourney@upscale", "midjourney@zoom-turbo"]
    assert bill["lines"][1]["metadata"] == {"row": 7}


def test_submit_wait_and_look(emulator: Emulator) -> None:
    """A submission can be waited for later, and looked at."""
    client = emulator.client()
    submission = client.submit(emulator.seeds["upscaled"])
    assert client.wait(submission.task_id).task_id == submission.task_id
    assert client.task(emulator.seeds["failed"]).error == zoomout.TaskError(
        "No available upstream", "task_failed", "task_failed"
    )
    buttons = client.buttons(emulator.seeds["upscaled"]).buttons
    pressed = client.zoom(emulator.seeds["upscaled"], custom_id=buttons[1].custom_id)
    assert (buttons[1].tier, pressed.status) == ("Zoom Out 1.5x", "completed")
    assert len(emulator.bill()["lines"]) == 2


def test_values_are_values(emulator: Emulator) -> None:
    """Frozen, equal, hashable, picklable, plain on request."""
    client = emulator.client()
    task = client.task(emulator.seeds["upscaled"])
    assert pickle.loads(pickle.dumps(task)) == copy.deepcopy(task) == task
    assert hash(task) == hash(copy.copy(task))
    assert task.to_dict()["images"] == [{"url": task.images[0].url, "expires_at": task.images[0].expires_at}]
    with pytest.raises(AttributeError):
        task.status = "x"  # type: ignore[misc]
    assert repr(task).startswith("Task(task_id='task_01KQW0D3WJ2QYJP9E3H7GZ4D2R', status='completed'")


def test_errors_say_everything(emulator: Emulator) -> None:
    """A refusal carries the server's words, its status and the way on."""
    with pytest.raises(zoomout.RefusedError, match="requires an upscaled task") as raised:
        emulator.client().zoom(emulator.seeds["grid"])
    error = raised.value
    assert (error.kind, error.billed, error.status, error.task_id) == ("refused", "no", 400, None)
    assert error.request_id
    assert "upscale one tile" in error.next_step
    late = emulator.client(timeout=timedelta(seconds=30))
    with pytest.raises(TimeoutError) as deadline:
        late.wait(emulator.seeds["running"])
    assert isinstance(deadline.value, zoomout.DeadlineError)
    assert (deadline.value.task_id, deadline.value.billed) == (emulator.seeds["running"], "yes")


def test_a_lost_answer_is_unconfirmed_and_sent_once(emulator: Emulator) -> None:
    """What may have been accepted is never sent again."""
    emulator.faults([{"on": "zoom", "fault": {"kind": "close"}}])
    with pytest.raises(zoomout.UnconfirmedError) as raised:
        emulator.client().zoom(emulator.seeds["upscaled"])
    assert raised.value.billed == "maybe"
    assert len([request for request in emulator.requests() if request["method"] == "POST"]) == 1


@pytest.mark.parametrize("bad", [0, -1, float("nan"), timedelta(0)])
def test_bad_settings_are_refused_by_name(bad: float | timedelta) -> None:
    """A timeout must be above 0, a key must be there."""
    with pytest.raises(zoomout.InvalidError) as raised:
        Client("sk-x", timeout=bad)
    assert raised.value.field == "timeout"


def test_the_key_comes_from_the_environment_and_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key the error says so; with one, no repr shows it."""
    monkeypatch.delenv("APIMART_API_KEY", raising=False)
    with pytest.raises(zoomout.InvalidError, match="APIMART_API_KEY"):
        Client()
    monkeypatch.setenv("APIMART_API_KEY", "sk-MARK")
    monkeypatch.setenv("APIMART_BASE_URL", "http://127.0.0.1:9")
    client = Client(call_timeout=1)
    with pytest.raises(zoomout.TransportError) as raised:
        client.task("task_1")
    shown = f"{client!r} {client._native!r} {raised.value!r} {raised.value.__dict__}"
    assert "MARK" not in shown
    assert client.base_url == "http://127.0.0.1:9"


def test_a_callback_that_raises_stops_the_wait_and_loses_nothing(emulator: Emulator) -> None:
    """Its exception comes out, with the task in its context."""

    def clumsy(_: Progress) -> None:
        raise RuntimeError("clumsy")

    with pytest.raises(RuntimeError, match="clumsy") as raised:
        emulator.client().zoom(emulator.seeds["upscaled"], on_progress=clumsy)
    context = raised.value.__context__
    assert isinstance(context, zoomout.CancelledError)
    assert context.task_id == emulator.bill()["lines"][0]["task_id"]


def test_other_threads_run_while_one_waits() -> None:
    """The interpreter lock is free in every wait."""
    with Emulator(time_scale=500, picture_side=24) as emulator:
        client = emulator.client()
        threads = [
            threading.Thread(target=client.zoom, args=(emulator.seeds["upscaled"],)) for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(emulator.bill()["lines"]) == 20


def interrupted(program: str) -> tuple[str, str]:
    """Runs a program, presses Ctrl-C after its first line, and answers that line and the rest."""
    # Where the tests run in the background, Python finds the signal ignored and leaves it so.
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    with subprocess.Popen(
        [sys.executable, "-c", listen + program], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        first = child.stdout.readline().strip()
        child.send_signal(signal.SIGINT)
        try:
            rest, _ = child.communicate(timeout=30)
        finally:
            child.kill()
    assert child.returncode == 0
    return first, rest


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on Unix")
def test_ctrl_c_stops_at_once_and_names_the_task() -> None:
    """The KeyboardInterrupt has the task in its context."""
    program = textwrap.dedent(
        """
        from zoomout import CancelledError
        from zoomout.testing import Emulator

        with Emulator(picture_side=24) as emulator:
            try:
                emulator.client().zoom(
                    emulator.seeds["upscaled"], on_progress=lambda p: print(p.task_id, flush=True)
                )
            except KeyboardInterrupt as stop:
                error = stop.__context__
                assert isinstance(error, CancelledError), error
                print(error.task_id, error.billed, flush=True)
        """
    )
    task_id, rest = interrupted(program)
    assert rest == f"{task_id} yes\n"


def test_a_closed_emulator_says_so() -> None:
    """Using it afterwards is an error, closing it twice is none."""
    emulator = Emulator()
    emulator.close()
    emulator.close()
    with pytest.raises(RuntimeError, match="closed"):
        emulator.bill()
    with pytest.raises(ValueError, match="moon"):
        Emulator().faults([{"on": "moon", "fault": {"kind": "reset"}}])


def test_many_are_paid_once_each_and_answer_for_themselves(emulator: Emulator) -> None:
    """Ids, requests and mappings; errors are yielded and stop nobody."""
    client = emulator.client()
    parent = emulator.seeds["upscaled"]
    requests: list[str | zoomout.ZoomRequest | dict[str, object]] = [
        parent,
        zoomout.ZoomRequest(parent, zoom_ratio=1.5),
        {"task_id": parent, "speed": "turbo", "metadata": {"row": 2}},
        emulator.seeds["grid"],
    ]
    results = dict(client.zoom_many(requests))
    assert [type(results[index]) for index in range(4)] == [zoomout.Task] * 3 + [zoomout.RefusedError]
    keys = sorted(line["billing_key"] for line in emulator.bill()["lines"])
    assert keys == ["midjourney@zoom", "midjourney@zoom", "midjourney@zoom-turbo"]


def test_an_endless_input_is_read_no_further_than_the_window(emulator: Emulator) -> None:
    """The input is read on the calling thread, lazily, and order is kept on request."""
    read = []

    def endless() -> Iterator[str]:
        while True:
            read.append(threading.current_thread())
            yield emulator.seeds["upscaled"]

    many = emulator.client().zoom_many(endless(), window=5, in_order=True)
    assert [next(many)[0] for _ in range(20)] == list(range(20))
    many.close()
    assert 20 <= len(read) <= 25
    assert set(read) == {threading.main_thread()}


def test_trouble_in_the_input_is_raised_when_all_before_it_have_ended(emulator: Emulator) -> None:
    """A bad request, a bad type, a generator that fails."""

    def fails() -> Iterator[str]:
        yield emulator.seeds["upscaled"]
        raise LookupError("no more rows")

    parent = emulator.seeds["upscaled"]
    inputs: tuple[tuple[Any, type[Exception]], ...] = (
        (fails(), LookupError),
        ([parent, "a\nb"], zoomout.InvalidError),
        ([parent, 7], TypeError),
        ([parent, {"task_id": parent, "zoom": 2}], TypeError),
    )
    for requests, error in inputs:
        seen = []
        with pytest.raises(error):
            for index, _ in emulator.client().zoom_many(requests):
                seen.append(index)
        assert seen == [0]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on Unix")
def test_ctrl_c_stops_many_and_names_each_task() -> None:
    """The KeyboardInterrupt carries the errors that name the tasks."""
    program = textwrap.dedent(
        """
        import itertools
        from zoomout.testing import Emulator

        with Emulator(picture_side=24) as emulator:
            parents = itertools.repeat(emulator.seeds["upscaled"])
            many = emulator.client().zoom_many(parents, window=10)
            try:
                print("waiting", flush=True)
                next(many)
            except KeyboardInterrupt as stop:
                # One that came before the first was read has nothing to name.
                unfinished = getattr(stop, "unfinished", [])
                known = {error.task_id for error in unfinished if error.task_id}
                doubtful = [error for error in unfinished if error.billed == "maybe"]
                bought = {line["task_id"] for line in emulator.bill()["lines"]}
                assert known <= bought and len(bought) <= len(known) + len(doubtful), unfinished
                print("named")
        """
    )
    assert interrupted(program)[1] == "named\n"
