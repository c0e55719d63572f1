"""Several processes: pools of every kind, interpreters that end, sub-interpreters."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from importlib import import_module

import pytest
import zoomout
from zoomout import Client, Task
from zoomout.testing import Emulator


def _look(url: str, key: str, task_id: str) -> Task:
    return Client(key, base_url=url).task(task_id)


def _zoom(url: str, key: str, task_id: str) -> Task:
    return Client(key, base_url=url).zoom(task_id)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_results_and_errors_cross_process_pools(method: str, zoomout_emulator: Emulator) -> None:
    """By every way to start a process."""
    account = (zoomout_emulator.url, zoomout_emulator.key)
    with multiprocessing.get_context(method).Pool(2) as pool:
        done = pool.apply_async(_look, (*account, zoomout_emulator.seeds["upscaled"]))
        refused = pool.apply_async(_zoom, (*account, zoomout_emulator.seeds["grid"]))
        invalid = pool.apply_async(_zoom, (*account, "a\nb"))
        assert done.get(60).status == "completed"
        with pytest.raises(zoomout.RefusedError) as raised:
            refused.get(60)
        assert raised.value.reasons == ("parent_not_upscaled",)
        with pytest.raises(zoomout.InvalidError):
            invalid.get(60)


LEAVING = """
import asyncio, sys, threading
from zoomout import AsyncClient, Client
url, key, parent = sys.argv[1:]
client = Client(key, base_url=url)

def many():
    for _ in client.zoom_many([parent] * 20, on_progress=lambda *_: None):
        pass

for work in (lambda: client.zoom(parent, on_progress=lambda _: None), many):
    threading.Thread(target=work, daemon=True).start()

async def aio_many():
    async for _ in AsyncClient(key, base_url=url).zoom_many([parent] * 20, on_progress=lambda *_: None):
        pass

async def main():
    zooms = [AsyncClient(key, base_url=url).zoom(parent, on_progress=lambda _: None) for _ in range(20)]
    tasks = [asyncio.ensure_future(work) for work in (*zooms, aio_many())]
    for _ in range(int(sys.stdin.readline())):
        await asyncio.sleep(0)
    print("leaving")

asyncio.run(main())
"""


def test_an_interpreter_ends_in_the_middle_of_calls() -> None:
    """Without a word but of what was left behind."""
    quiet = ["-W", "ignore:a cancelled zoom:RuntimeWarning"]
    with Emulator(picture_side=24) as emulator:
        command = [
            sys.executable,
            *quiet,
            "-c",
            LEAVING,
            emulator.url,
            emulator.key,
            emulator.seeds["upscaled"],
        ]
        for turns in (0, 1, 10, 100, 1000):
            ended = subprocess.run(
                command, input=f"{turns}\n", capture_output=True, text=True, timeout=30, check=False
            )
            assert (ended.returncode, ended.stdout, ended.stderr) == (0, "leaving\n", ""), turns


@pytest.mark.skipif(sys.version_info < (3, 14), reason="its module is new in 3.14")
def test_a_sub_interpreter_is_refused() -> None:
    """By name, at the import."""
    interpreters = import_module("concurrent.interpreters")
    with pytest.raises(interpreters.ExecutionFailed, match="ImportError"):
        interpreters.create().exec("import zoomout")
