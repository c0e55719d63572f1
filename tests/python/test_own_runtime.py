"""The core in a runtime that it does not know: asyncio and httpx drive a job, in thirty lines."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
from zoomout import ZoomRequest
from zoomout._native import NativeMachine
from zoomout.testing import Emulator

# So many times faster than real time.
PACE = 500


async def drive(http: httpx.AsyncClient, job: NativeMachine, events: list[Any]) -> dict[str, Any]:
    """Drives a job to its end: what it made, or what went wrong."""
    start = time.monotonic()

    def now() -> int:
        return int((time.monotonic() - start) * 1000 * PACE)

    while True:
        ((name, value),) = json.loads(job.poll(now())).items()
        if name == "send":
            request = job.request()
            assert request is not None
            method, url, headers, body = request
            try:
                call = http.request(method, url, headers=headers, content=body, timeout=None)
                answer = await asyncio.wait_for(call, (value["by"] - now()) / 1000)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                job.on_failure(now(), True, str(error))
            except (httpx.HTTPError, asyncio.TimeoutError) as error:
                job.on_failure(now(), False, str(error))
            else:
                job.on_response(now(), (answer.status_code, list(answer.headers.items()), answer.content))
        elif name == "wait":
            await asyncio.sleep((value - now()) / 1000 / PACE)
        elif name == "claim":
            job.on_claim(now(), None)  # One that keeps no ledger grants every claim,
        elif name == "record":
            job.on_record(now(), None)  # and writes nothing down.
        elif name == "report":
            events.append(value)
        else:
            return {name: value}


def zoom(emulator: Emulator, base_url: str | None = None) -> NativeMachine:
    """A zoom that is about to be submitted."""
    account = (emulator.key, base_url or emulator.url)
    return NativeMachine.zoom(account, ZoomRequest(emulator.seeds["upscaled"]), (None, None), 7)


async def story() -> None:
    """Good weather, an answer that is lost, and nobody there."""
    # A submission leaves on a fresh connection.
    limits = httpx.Limits(max_keepalive_connections=0)
    with Emulator(time_scale=PACE, picture_side=16) as emulator:
        async with httpx.AsyncClient(limits=limits, trust_env=False) as http:
            events: list[Any] = []
            ended = await drive(http, zoom(emulator), events)
            assert ended["done"]["images"], ended
            assert (events[0]["event"], events[0]["task_id"]) == ("submitted", ended["done"]["task_id"])

            emulator.faults([{"on": "zoom", "times": 1, "fault": {"kind": "close", "executed": True}}])
            ended = await drive(http, zoom(emulator), [])
            assert (ended["failed"]["kind"], ended["failed"]["billed"]) == ("unconfirmed", "maybe")
            assert len(emulator.bill()["lines"]) == 2

            ended = await drive(http, zoom(emulator, "http://127.0.0.1:1"), [])
            assert (ended["failed"]["kind"], ended["failed"]["billed"]) == ("transport", "no")


def test_a_zoom_in_asyncio() -> None:
    """One submission each, and the truth about money, whoever drives."""
    asyncio.run(story())
