"""What a thousand zooms at once do to asyncio: .venv/bin/python tests/bench/heartbeat.py [PACE].

The emulator runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from zoomout import AsyncClient
from zoomout.testing import Emulator

COUNT = 1000
BEAT = 0.005


def serve(pace: float) -> None:
    """The emulator's process."""
    emulator = Emulator(time_scale=pace, picture_side=24)
    print(json.dumps([emulator.url, emulator.key, emulator.seeds["upscaled"]]), flush=True)
    sys.stdin.read()
    emulator.close()


async def measure(url: str, key: str, parent: str, pace: float) -> None:
    """Prints the largest gap of a heartbeat while all are under way."""
    client = AsyncClient(key, base_url=url)
    start = time.perf_counter()
    zooms = [asyncio.create_task(client.zoom(parent)) for _ in range(COUNT)]
    gaps, threads, last = [], 0, time.perf_counter()
    while not all(zoom.done() for zoom in zooms):
        await asyncio.sleep(BEAT)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now
        threads = max(threads, len(list(Path("/proc/self/task").iterdir())))
    ids = {(await zoom).task_id for zoom in zooms}
    gaps.sort()
    print(
        f"{len(ids)} different tasks in {time.perf_counter() - start:.1f} s, "
        f"the emulator at {pace:g} times real time; "
        f"heartbeat of {BEAT * 1000:.0f} ms: median {gaps[len(gaps) // 2] * 1000:.1f} ms, "
        f"99 % {gaps[len(gaps) * 99 // 100] * 1000:.1f} ms, largest {gaps[-1] * 1000:.1f} ms; "
        f"at most {threads} threads, {threading.active_count()} of Python's own"
    )


def main() -> None:
    """Starts the emulator, and measures."""
    if sys.argv[1:2] == ["--serve"]:
        serve(float(sys.argv[2]))
        return
    pace = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    command = [sys.executable, __file__, "--serve", str(pace)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url, key, parent = json.loads(server.stdout.readline())
        asyncio.run(measure(url, key, parent, pace))
        server.terminate()


if __name__ == "__main__":
    main()
