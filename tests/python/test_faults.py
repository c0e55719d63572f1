"""The fault matrix through the Python client: the same table as for Rust and the command."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import zoomout
from zoomout.testing import Emulator

TABLE = json.loads((Path(__file__).parent.parent / "faults" / "table.json").read_text(encoding="utf-8"))
PHASES = (("submission", "zoom"), ("look", "task"), ("picture", "file"))


@dataclass(frozen=True)
class Case:
    """One cell of the table."""

    name: str
    rules: list[dict[str, Any]]
    end: str


def cases() -> list[Case]:
    """Every cell that a script alone can make happen."""
    found = []
    for row in TABLE["faults"]:
        for phase, (name, target) in enumerate(PHASES):
            for times in ("once", "always"):
                fault = dict(row["fault"])
                refuses = fault["kind"] == "refuse"
                if refuses and phase == 0:
                    continue  # no script refuses the very first connection
                if refuses and times == "always":
                    fault["millis"] = 3_600_000
                connection = row.get("connection", False)
                rule: dict[str, Any] = {"on": "connection" if connection else target, "fault": fault}
                if connection:
                    rule["skip"] = phase
                if times == "once" or refuses:
                    rule["times"] = 1
                found.append(Case(f"{row['what']} ({name}, {times})", [rule], row[name][times]))
    for row in TABLE["fates"]:
        rule = {name: value for name, value in row.items() if name not in ("what", "end")}
        found.append(Case(row["what"], [rule], row["end"]))
    return found


def run(case: Case) -> str:
    """How a zoom with download ends under the fault, in the words of the table."""
    with Emulator(time_scale=1000, picture_side=24) as emulator, TemporaryDirectory() as folder:
        emulator.faults(case.rules)
        client = emulator.client(call_timeout=0.8)
        kind, billed = "done", "yes"
        try:
            task = client.zoom(emulator.seeds["upscaled"])
            client.download(task, Path(folder) / "wide.png")
        except zoomout.ZoomoutError as error:
            kind, billed = error.kind, error.billed
            lines = emulator.bill()["lines"]
            assert len(lines) <= 1, f"{case.name}: paid twice"
            if billed == "yes":
                assert error.task_id == lines[0]["task_id"], f"{case.name}: the task is lost"
        assert len(list(Path(folder).iterdir())) == (kind == "done"), f"{case.name}: half a picture"
        posts = sum(request["method"] == "POST" for request in emulator.requests())
        charged = sum(not line["refunded"] for line in emulator.bill()["lines"])
        return f"{kind} {billed} {posts} {charged}"


def allows(promised: str, end: str) -> bool:
    """Whether the table promises this end."""
    return any(
        all(word in ("*", seen) for word, seen in zip(way.split(), end.split(), strict=True))
        for way in promised.split(" | ")
    )


def test_every_fault_ends_as_the_table_says() -> None:
    """The whole table, a few at a time."""
    found = cases()
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(run, found))
    wrong = [
        f"{case.name}: promised {case.end!r}, got {end!r}"
        for case, end in zip(found, ends, strict=True)
        if not allows(case.end, end)
    ]
    assert not wrong, "\n".join(wrong)
