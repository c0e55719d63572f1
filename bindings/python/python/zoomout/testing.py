"""The API on this machine, to test programs without a network, a key or a cost.

>>> from zoomout.testing import Emulator
>>> with Emulator(time_scale=1000) as emulator:
...     client = emulator.client()
...     submission = client.submit(emulator.seeds["upscaled"])
...     [line["billing_key"] for line in emulator.bill()["lines"]]
['midjourney@zoom']
"""

from __future__ import annotations

import json
import os

from ._client import Client
from ._native import NativeEmulator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Any

    from ._aio import AsyncClient
    from ._client import Span

__all__ = ["Emulator"]

_SEEDS = ("upscaled", "grid", "running", "failed", "foreign", "expired")


class Emulator:
    """The documented API on a port of this machine: lifecycle, pictures, a bill, and faults on demand.

    Args:
        port: The port; 0 takes a free one.
        time_scale: How many times faster than real time the tasks live. Clients made by :meth:`client`
            keep pace.
        picture_side: Width and height of each picture in pixels.

    Raises:
        OSError: The port cannot be listened on.
    """

    def __init__(self, *, port: int = 0, time_scale: float = 1.0, picture_side: int = 768) -> None:
        self._native = NativeEmulator(port, time_scale, picture_side)

    @property
    def url(self) -> str:
        """The address to give to a client."""
        return self._native.url

    @property
    def key(self) -> str:
        """The key that it accepts. It opens nothing else."""
        return self._native.key

    @property
    def seeds(self) -> dict[str, str]:
        """The ids of the tasks that are there from the start, by what they are.

        ``upscaled``, ``grid``, ``running``, ``failed``, ``foreign`` and ``expired``.
        """
        return dict(zip(_SEEDS, NativeEmulator.seeds(), strict=True))

    def client(
        self,
        *,
        timeout: Span | None = None,
        call_timeout: Span | None = None,
        ledger: str | os.PathLike[str] | None = None,
    ) -> Client:
        """A client of this emulator, at its pace."""
        return Client._of(self._native.client(timeout, call_timeout, ledger))

    def async_client(
        self,
        *,
        timeout: Span | None = None,
        call_timeout: Span | None = None,
        ledger: str | os.PathLike[str] | None = None,
    ) -> AsyncClient:
        """A client of this emulator for asyncio, at its pace."""
        from ._aio import AsyncClient

        return AsyncClient._of(self.client(timeout=timeout, call_timeout=call_timeout, ledger=ledger))

    def bill(self) -> dict[str, Any]:
        """One line for each accepted submission, and the total of what was not refunded."""
        bill: dict[str, Any] = json.loads(self._native.bill())
        return bill

    def requests(self) -> list[dict[str, Any]]:
        """The requests that arrived, without the key."""
        requests: list[dict[str, Any]] = json.loads(self._native.requests())
        return requests

    def faults(self, rules: Sequence[Mapping[str, object]], *, seed: int = 0) -> None:
        """Replaces the faults to come; the emulator's README lists them.

        Raises:
            ValueError: A rule cannot work; the message says why.
        """
        self._native.inject(json.dumps({"faults": [dict(rule) for rule in rules], "seed": seed}))

    def advance(self, span: Span) -> None:
        """Lets the emulated time jump by so many seconds, or by a ``timedelta``.

        Raises:
            InvalidError: Time does not go back.
        """
        self._native.advance(span)

    def reset(self) -> None:
        """Starts anew: seeded tasks only, no bill, no faults."""
        self._native.reset()

    def refuse_connections(self, refuse: bool = True) -> None:
        """Refuses connections, or lets them in again."""
        self._native.refuse_connections(refuse)

    def close(self) -> None:
        """Ends it at once, with every connection."""
        self._native.close()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends it."""
        self.close()

    def __repr__(self) -> str:
        return f"Emulator(url={self.url!r})"
