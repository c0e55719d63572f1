"""What the tests of the ledger share: a bill, and programs of their own that can be killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zoomout import Entry
from zoomout.testing import Emulator

PACE = 600.0

START = """
import sys
from zoomout import Client
from zoomout._native import NativeClient

url, key, parent, ledger, pace = sys.argv[1:]
client = Client._of(NativeClient(key, url, None, None, None, None, ledger, float(pace)))

def tell(*words):
    print(*words, flush=True)
"""
"""Begins a program with a client at the pace of the emulator of the test."""


def billed(emulator: Emulator) -> list[str]:
    """The tasks that were paid for, in order."""
    return [line["task_id"] for line in emulator.bill()["lines"]]


def tasks(entries: Iterable[Entry]) -> set[str]:
    """The tasks of these. What has none was stopped before it left, and is being given back."""
    of_entries = [(entry.task_id, entry.state) for entry in entries]
    assert {state for task_id, state in of_entries if task_id is None} <= {"intended"}, of_entries
    return {task_id for task_id, _ in of_entries if task_id is not None}


@contextmanager
def program(code: str, emulator: Emulator, ledger: Path) -> Iterator[subprocess.Popen[str]]:
    """Runs it, and ends it at the end."""
    account = [emulator.url, emulator.key, emulator.seeds["upscaled"], str(ledger), str(PACE)]
    command = [sys.executable, "-c", START + code, *account]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with child:
        try:
            yield child
        finally:
            child.kill()


def lines_of(child: subprocess.Popen[str]) -> Iterator[list[str]]:
    """The words of each line that it prints, as it prints it."""
    assert child.stdout is not None
    for line in child.stdout:
        yield line.split()


def result_of(child: subprocess.Popen[str]) -> list[list[str]]:
    """The words of each line that it prints until it ends well."""
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    return [line.split() for line in out.splitlines()]


def row(number: int, parent: str) -> dict[str, Any]:
    """A keyed request that the bill shows by its number."""
    return {"task_id": parent, "key": f"row/{number}", "metadata": {"row": number}}
