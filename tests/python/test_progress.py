"""What is told while a task goes on: callbacks, bars, logs."""

from __future__ import annotations

import logging
import sys

import pytest
import zoomout
from zoomout import Progress
from zoomout.testing import Emulator

BUSY = {"on": "task", "fault": {"kind": "answer", "status": 503, "body": "busy"}, "times": 1}


def test_a_bar(zoomout_emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """By tqdm, on stderr."""
    task = zoomout_emulator.client().zoom(zoomout_emulator.seeds["upscaled"], progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"{task.task_id} completed" in shown.err
    assert "100%" in shown.err


def test_lines_where_there_is_no_bar(
    zoomout_emulator: Emulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain text, one line for each piece of news."""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    task = zoomout_emulator.client().zoom(zoomout_emulator.seeds["upscaled"], progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"{task.task_id} ")
    assert lines[-1] == f"{task.task_id} completed 100%"


def test_the_log(zoomout_emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    """Each kind of news at its level, and never the key."""
    caplog.set_level(logging.DEBUG, logger="zoomout")
    zoomout_emulator.faults([BUSY])
    task = zoomout_emulator.client().zoom(zoomout_emulator.seeds["upscaled"])
    told = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert told[0] == ("zoomout", "INFO", f"accepted and billed: {task.task_id}")
    assert next(text for _, level, text in told if level == "WARNING").startswith("the server answered 503")
    assert told[-1] == ("zoomout", "DEBUG", f"{task.task_id}: completed, 100 %")
    assert zoomout_emulator.key not in caplog.text


def test_silence_unless_asked(zoomout_emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """A library prints nothing by itself, not even warnings."""
    zoomout_emulator.faults([BUSY])
    zoomout_emulator.client().zoom(zoomout_emulator.seeds["upscaled"])
    assert capsys.readouterr() == ("", "")


def test_progress_of_many(zoomout_emulator: Emulator) -> None:
    """Each by its place; an exception in the callback ends the loop."""
    client, parent = zoomout_emulator.client(), zoomout_emulator.seeds["upscaled"]
    heard: dict[int, list[Progress]] = {0: [], 1: []}
    results = dict(client.zoom_many([parent] * 2, on_progress=lambda index, news: heard[index].append(news)))
    for index, task in results.items():
        assert isinstance(task, zoomout.Task)
        assert {news.task_id for news in heard[index]} == {task.task_id}
        assert heard[index][-1].status == "completed"

    with pytest.raises(TypeError, match="for one there is zoom"):
        list(client.zoom_many(parent))

    def clumsy(index: int, news: Progress) -> None:
        raise RuntimeError(f"clumsy at {index}")

    with pytest.raises(RuntimeError, match="clumsy at 0") as stopped:
        list(client.zoom_many([parent], on_progress=clumsy))
    (error,) = stopped.value.unfinished  # type: ignore[attr-defined]
    assert error.task_id == zoomout_emulator.bill()["lines"][-1]["task_id"]
