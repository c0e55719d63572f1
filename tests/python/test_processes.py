"""Several processes: pools of every kind, forks under load, sub-interpreters."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import subprocess
import sys
import threading
import warnings
from importlib import import_module
from typing import Any

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
        invalid = pool.apply_async(_zoom, (*account, "a/b"))
        assert done.get(60).status == "completed"
        with pytest.raises(zoomout.RefusedError) as raised:
            refused.get(60)
        assert raised.value.reasons == ("parent_not_upscaled",)
        with pytest.raises(zoomout.InvalidError):
            invalid.get(60)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_goes_on_with_the_same_client(zoomout_emulator: Emulator) -> None:
    """Whatever the parent's threads were doing."""
    client, parent = zoomout_emulator.client(), zoomout_emulator.seeds["upscaled"]
    over = threading.Event()

    def busy() -> None:
        while not over.is_set():
            list(client.zoom_many([parent] * 20))

    load = threading.Thread(target=busy)
    load.start()
    try:
        asyncio.run(_work(client, parent))
        many = client.zoom_many([parent] * 50)
        next(many)
        leftovers = [many, zoomout_emulator]
        children = [_fork(client, parent, leftovers) for _ in range(10)]
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 10
    finally:
        over.set()
        load.join()


async def _work(client: Client, parent: str) -> None:
    """On the dispatcher, and on a connection that is kept."""
    task = await zoomout.AsyncClient._of(client).zoom(parent)
    assert client.task(task.task_id).status == "completed"


def _fork(client: Client, parent: str, leftovers: list[Any]) -> int:
    with warnings.catch_warnings():
        # Python warns of forks beside threads, which is what this is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            asyncio.run(_work(client, parent))
            # What the parent left behind is garbage here, too, and goes without its threads.
            for left in leftovers:
                left.close()
            leftovers.clear()
            gc.collect()
            code = 0
        finally:
            os._exit(code)
    return child


LEAVING = """
import asyncio, sys, threading
from zoomout import AsyncClient, Client
url, key, parent = sys.argv[1:]
threading.Thread(target=Client(key, base_url=url).zoom, args=(parent,), daemon=True).start()

async def main():
    zooms = [asyncio.ensure_future(AsyncClient(key, base_url=url).zoom(parent)) for _ in range(20)]
    await asyncio.sleep(0)
    print("leaving")

asyncio.run(main())
"""


def test_an_interpreter_ends_in_the_middle_of_calls() -> None:
    """Without a word and without a wait."""
    with Emulator(picture_side=24) as emulator:
        command = [sys.executable, "-c", LEAVING, emulator.url, emulator.key, emulator.seeds["upscaled"]]
        for _ in range(5):
            ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
            assert (ended.returncode, ended.stdout, ended.stderr) == (0, "leaving\n", "")


@pytest.mark.skipif(sys.version_info < (3, 14), reason="its module is new in 3.14")
def test_a_sub_interpreter_is_refused() -> None:
    """By name, at the import."""
    interpreters = import_module("concurrent.interpreters")
    with pytest.raises(interpreters.ExecutionFailed, match="ImportError"):
        interpreters.create().exec("import zoomout")
