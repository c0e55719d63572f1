"""What the exception that stopped a call tells."""

from __future__ import annotations

from typing import Any


def told(stop: BaseException | None, name: str) -> Any:
    """An attribute of it; on Python 3.10 asyncio raises another one, whose context is ours."""
    while stop is not None and not hasattr(stop, name):
        stop = stop.__context__
    return getattr(stop, name)
