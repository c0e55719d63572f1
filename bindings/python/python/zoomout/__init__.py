"""Zoom out (outpaint) Midjourney pictures through the APIMart API, and never pay twice.

So far this package answers, before anything is sent, what a zoom will be and what it will be billed to:

    >>> from zoomout import ZoomRequest
    >>> request = ZoomRequest("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R", zoom_ratio=1.5, speed="fast")
    >>> request.tier
    'Zoom Out 1.5x'
    >>> request.billing_key
    'midjourney@zoom-fast'
"""

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

__all__ = [
    "CancelledError",
    "DeadlineError",
    "InvalidError",
    "ProtocolError",
    "RefusedError",
    "StorageError",
    "TaskFailedError",
    "TransportError",
    "UnconfirmedError",
    "ZoomRequest",
    "ZoomoutError",
    "__version__",
]
