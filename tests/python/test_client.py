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
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    task_id = child.stdout.readline().strip()
    child.send_signal(signal.SIGINT)
    rest, _ = child.communicate(timeout=60)
    assert (child.returncode, rest) == (0, f"{task_id} yes\n")


def test_a_closed_emulator_says_so() -> None:
    """Using it afterwards is an error, closing it twice is none."""
    emulator = Emulator()
    emulator.close()
    emulator.close()
    with pytest.raises(RuntimeError, match="closed"):
        emulator.bill()
    with pytest.raises(ValueError, match="moon"):
        Emulator().faults([{"on": "moon", "fault": {"kind": "reset"}}])
