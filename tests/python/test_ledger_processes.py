"""Processes that share a ledger: killed at any moment, forked."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from ledger_world import PACE, billed, lines_of, program, result_of, tasks
from test_forks import child, ends, meanwhile
from zoomout import Task
from zoomout.testing import Emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator in fast time."""
    with Emulator(time_scale=PACE, picture_side=16) as emulator:
        yield emulator


ROWS = 60

KEYED = f"""
rows = [{{"task_id": parent, "key": f"row/{{row}}", "metadata": {{"row": row}}}} for row in range({ROWS})]
hear = lambda row, progress: tell("heard", row, progress.status)
for row, result in client.zoom_many(rows, on_progress=hear):
    error = isinstance(result, Exception)
    tell(*("not", row, result.kind, result.cause) if error else ("done", row, result.task_id))
"""


def test_killed_again_and_again_every_row_is_paid_for_once(emulator: Emulator, tmp_path: Path) -> None:
    """Or it is unconfirmed, with a reason."""
    ledger, chance = tmp_path / "ledger.db", random.Random(17)
    for _ in range(10):
        with program(KEYED, emulator, ledger) as running:
            lines = lines_of(running)
            for _ in range(chance.randrange(1, 2 * ROWS)):
                next(lines, None)
    with program(KEYED, emulator, ledger) as running:
        ends = {int(words[1]): words for words in result_of(running) if words[0] != "heard"}
    assert sorted(ends) == list(range(ROWS))
    of_row: dict[int, list[str]] = {}
    for line in emulator.bill()["lines"]:
        of_row.setdefault(line["metadata"]["row"], []).append(line["task_id"])
    unconfirmed = 0
    for row, words in ends.items():
        if words[0] == "done":
            assert of_row[row] == [words[2]]
        else:
            unconfirmed += 1
            assert words[2] == "unconfirmed" and words[3:], words
            assert len(of_row.get(row, [])) <= 1
    print(f"{ROWS} rows: {len(billed(emulator))} billed, {unconfirmed} unconfirmed")
    entries = emulator.client(ledger=ledger).unfinished()
    assert [entry.state for entry in entries] == ["unconfirmed"] * unconfirmed
    assert all(entry.reason for entry in entries)


def test_what_a_killed_process_paid_for_is_collected(emulator: Emulator, tmp_path: Path) -> None:
    """Every picture of it."""
    code = """
for _ in client.zoom_many([parent] * 10, on_progress=lambda row, _: tell(row)):
    sys.stdin.readline()
"""
    ledger = tmp_path / "ledger.db"
    with program(code, emulator, ledger) as running:
        rows: set[str] = set()
        for (row,) in lines_of(running):
            rows.add(row)
            if len(rows) == 10:
                break
    client = emulator.client(ledger=ledger)
    assert tasks(client.unfinished()) == set(billed(emulator))
    collected = list(client.collect(tmp_path / "pictures"))
    assert [one.error for one in collected] == [None] * 10
    files = {path.name for one in collected for path in one.paths}
    assert files == {f"{task_id}.png" for task_id in billed(emulator)}
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == files
    assert client.unfinished() == []
    assert [*client.collect(tmp_path / "pictures")] == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_shares_the_file(emulator: Emulator, tmp_path: Path) -> None:
    """While its parent writes into it, too; neither is disturbed."""
    ledger = tmp_path / "ledger.db"
    client, parent = emulator.client(ledger=ledger), emulator.seeds["upscaled"]
    first = client.zoom(parent, key="album/first").task_id

    def work(name: str) -> None:
        assert client.zoom(parent, key="album/first").task_id == first
        keyed = [{"task_id": parent, "key": f"{name}/{number}"} for number in range(20)]
        assert all(isinstance(task, Task) for _, task in client.zoom_many(keyed))
        client.zoom(parent, key="album/shared")

    with meanwhile(lambda: list(client.zoom_many([parent] * 20))):
        children = [child(partial(work, f"child/{number}")) for number in range(10)]
        work("parent")
        assert ends(children) == [0] * 10
    keys = [line["idempotency_key"] for line in emulator.bill()["lines"]]
    assert len(set(keys)) == len(keys)
    # Whoever opens it anew finds it whole: what it knows is what is on the bill.
    with closing(sqlite3.connect(ledger)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        kept = database.execute("SELECT task_id, state, named FROM submission").fetchall()
    assert {task_id for task_id, _, _ in kept} == set(billed(emulator))
    assert len(kept) == len(billed(emulator))
    assert {state for _, state, _ in kept} == {"done"}
    assert sum(named for _, _, named in kept) == 1 + 11 * 20 + 1
