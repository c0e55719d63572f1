"""Submissions whose callers were stopped while they were on their way."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import zoomout
from zoomout import AsyncClient, Client, Submission

ACCEPTED = json.dumps({"code": 200, "data": [{"status": "submitted", "task_id": "task_new"}]}).encode()


class SlowServer:
    """Answers a submission when it is told to."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self.may_answer = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                outer.arrived.set()
                outer.may_answer.wait(60)
                self.send_response(200)
                self.send_header("content-length", str(len(ACCEPTED)))
                self.end_headers()
                self.wfile.write(ACCEPTED)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def slow() -> Iterator[SlowServer]:
    """A server that answers late, and in the end at the latest."""
    server = SlowServer()
    yield server
    server.may_answer.set()
    server.server.shutdown()
    server.server.server_close()


@pytest.mark.filterwarnings("ignore:a cancelled zoom:RuntimeWarning")
def test_a_cancelled_submission_is_read_to_its_end(
    slow: SlowServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Its caller leaves at once, and whoever asks hears the task."""

    async def cancel() -> list[zoomout.Detached]:
        client = AsyncClient("sk-MARK", base_url=slow.url)
        zoom = asyncio.ensure_future(client.zoom("task_parent"))
        await asyncio.to_thread(slow.arrived.wait, 60)
        zoom.cancel()
        with pytest.raises(asyncio.CancelledError):
            await zoom
        settling = asyncio.ensure_future(client.settle(60))
        await asyncio.sleep(0)
        slow.may_answer.set()
        ends = await settling
        assert await client.settle(60) == [], "each is handed out once"
        return ends

    (end,) = asyncio.run(cancel())
    assert end.action == {"zoom": {"task_id": "task_parent"}}
    assert end.submission == Submission("task_new", "pending")
    assert end.error is None
    assert "a cancelled zoom was accepted, and is billed: task task_new" in caplog.text


def test_a_program_that_is_stopped_stays_for_the_task_it_has_paid_for(slow: SlowServer) -> None:
    """Also where nobody asks."""
    program = f"import zoomout\nzoomout.Client('sk-MARK', base_url={slow.url!r}).zoom('task_parent')\n"
    child = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    assert slow.arrived.wait(60)
    child.send_signal(signal.SIGINT)
    told = ""
    while "KeyboardInterrupt" not in told:
        told += (line := child.stderr.readline())
        assert line, told
    slow.may_answer.set()
    told += child.communicate(timeout=60)[1]
    assert "RuntimeWarning: a cancelled zoom was accepted, and is billed: task task_new" in told


def test_nothing_left_behind_is_nothing_to_wait_for() -> None:
    """An hour is no longer than a moment."""
    client = Client("sk-MARK", base_url="http://127.0.0.1:9")
    assert client.settle(60) == []
    with pytest.raises(zoomout.InvalidError, match="timeout"):
        client.settle(-1)
