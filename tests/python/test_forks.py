"""Forks: whatever the threads of the parent were doing, a child waits for none of them."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import zoomout
from zoomout import Client, Progress
from zoomout._native import Ask
from zoomout.testing import Emulator

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

PATIENCE = 20
"""Seconds after which a child hangs: it is ended by a signal, which shows in its exit code."""


def forked() -> int:
    """Forks; the child has not for ever."""
    with warnings.catch_warnings():
        # Python warns of forks beside threads, which is what this is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE)
    return child


def child(act: Callable[[], object]) -> int:
    """Does it in a forked process."""
    number = forked()
    if number == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return number


def ends(children: list[int]) -> list[int]:
    """How they ended."""
    return [os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]) for number in children]


@contextmanager
def meanwhile(*works: Callable[[], object]) -> Iterator[None]:
    """Repeats each of these on a thread of its own."""
    over, begun = threading.Event(), threading.Barrier(len(works) + 1)

    def repeat(work: Callable[[], object]) -> None:
        begun.wait()
        while not over.is_set():
            work()

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


async def work(client: Client, parent: str) -> None:
    """On the dispatcher, and on a connection that is kept."""
    task = await zoomout.AsyncClient._of(client).zoom(parent)
    assert client.task(task.task_id).status == "completed"


def test_a_forked_process_goes_on_with_the_same_client(zoomout_emulator: Emulator) -> None:
    """Whatever the parent's threads were doing."""
    client, parent = zoomout_emulator.client(), zoomout_emulator.seeds["upscaled"]

    def go_on(leftovers: list[Any]) -> None:
        asyncio.run(work(client, parent))
        # What the parent left behind is garbage here, too, and goes without its threads.
        for left in leftovers:
            left.close()
        leftovers.clear()
        gc.collect()

    with meanwhile(lambda: list(client.zoom_many([parent] * 20))):
        asyncio.run(work(client, parent))
        many = client.zoom_many([parent] * 50)
        next(many)
        leftovers = [many, zoomout_emulator]
        assert ends([child(lambda: go_on(leftovers)) for _ in range(10)]) == [0] * 10


def test_a_child_of_a_child_has_a_client_of_its_own(zoomout_emulator: Emulator) -> None:
    """Down a line of forks."""
    client, parent = zoomout_emulator.client(), zoomout_emulator.seeds["upscaled"]

    def descend(generations: int) -> None:
        assert client.task(parent).status == "completed"
        if generations > 0:
            assert ends([child(lambda: descend(generations - 1)) for _ in range(2)]) == [0, 0]

    descend(3)


def test_what_another_thread_holds_at_the_fork_is_closed_to_nobody() -> None:
    """Its batch, its emulator and its jobs are not the child's."""
    with Emulator(picture_side=24) as emulator:
        client, parent = emulator.client(), emulator.seeds["upscaled"]
        batch = client._native.batch(None, False)
        batch.add(parent)
        # From here on there is a task, which a closed door cannot end.
        while not emulator.bill()["lines"]:
            pass
        jobs = [client._native.start(Ask.wait(emulator.seeds["running"]), lambda *_: None) for _ in range(20)]

        def touch() -> None:
            assert (batch.has_room(), batch.is_empty(), batch.next(), batch.take()) == (
                False,
                True,
                None,
                None,
            )
            with pytest.raises(RuntimeError, match="another process's"):
                batch.add(parent)
            batch.cancel()
            for job in jobs:
                job.cancel()
            with pytest.raises(RuntimeError, match="another process's"):
                emulator.bill()
            emulator.close()

        def let_in() -> None:
            emulator.refuse_connections(True)
            emulator.refuse_connections(False)

        with meanwhile(batch.next, let_in):
            assert ends([child(touch) for _ in range(20)]) == [0] * 20
        assert not batch.is_empty()
        assert emulator.bill()["lines"]


def test_a_callback_that_forks_leaves_nobody_waiting(zoomout_emulator: Emulator) -> None:
    """In the child nobody works on the call that it came from."""
    client, parent = zoomout_emulator.client(), zoomout_emulator.seeds["upscaled"]
    children: list[int] = []

    def fork(_: Progress) -> None:
        if not children:
            children.append(forked())

    task, code = None, 1
    try:
        task = client.zoom(parent, on_progress=fork)
    except RuntimeError as error:
        code = 0 if "another process" in str(error) else 2
    finally:
        if children == [0]:
            os._exit(code)
    assert (task and task.status, ends(children)) == ("completed", [0])
    assert len(zoomout_emulator.bill()["lines"]) == 1
