"""Zoom out (outpaint) Midjourney pictures through the APIMart API, and never pay twice.

>>> from zoomout import ZoomRequest
>>> request = ZoomRequest("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R", zoom_ratio=1.5, speed="fast")
>>> request.tier, request.billing_key  # known before anything is sent
('Zoom Out 1.5x', 'midjourney@zoom-fast')

:class:`Client` and :class:`AsyncClient` zoom and wait; :mod:`zoomout.testing` has the API on this machine
to try them against.
"""

from ._client import Client
from ._errors import (
    CancelledError,
    DeadlineError,
    InvalidError,
    ProtocolError,
    RefusedError,
    StorageError,
    TaskFailedError,
    TransportError,
    UnconfirmedError,
    ZoomoutError,
)
from ._native import ZoomRequest, __version__
from ._values import (
    Button,
    Collected,
    Detached,
    Entry,
    Image,
    MidjourneyTask,
    Progress,
    Submission,
    Task,
    TaskError,
)

__all__ = [
    "AsyncClient",
    "Button",
    "CancelledError",
    "Client",
    "Collected",
    "DeadlineError",
    "Detached",
    "Entry",
    "Image",
    "InvalidError",
    "MidjourneyTask",
    "Progress",
    "ProtocolError",
    "RefusedError",
    "Speed",
    "StorageError",
    "Submission",
    "Task",
    "TaskError",
    "TaskFailedError",
    "Tier",
    "TransportError",
    "UnconfirmedError",
    "ZoomRequest",
    "ZoomoutError",
    "__version__",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._aio import AsyncClient
    from ._words import Speed, Tier


def __getattr__(name: str) -> object:
    """Imports what is dear when it is asked for: asyncio and enums cost more than all of the rest."""
    if name == "AsyncClient":
        from ._aio import AsyncClient

        return AsyncClient
    if name in ("Speed", "Tier"):
        from . import _words

        return getattr(_words, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """All that can be imported, whether it has been or not."""
    return sorted({*globals(), *__all__})
