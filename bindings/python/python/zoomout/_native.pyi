"""Types of the native module."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeAlias, final

from ._errors import ZoomoutError

__all__ = [
    "NativeClient",
    "NativeEmulator",
    "NativeJob",
    "NativeMany",
    "UpscaleRequest",
    "ZoomRequest",
    "__version__",
    "main",
]

__version__: str

_Ends: TypeAlias = Callable[[str | None, ZoomoutError | None], object]
_Hears: TypeAlias = Callable[[str, str, int | None], object]

def main(args: list[str]) -> int:
    """Runs the ``zoomout`` command with these arguments, its own name among them; answers its exit code."""

@final
class NativeClient:
    """What ``zoomout.Client`` stands on: takes plain values, answers with JSON."""

    def __new__(
        cls,
        api_key: str | None = None,
        base_url: str | None = None,
        language: str | None = None,
        timeout: float | None = None,
        call_timeout: float | None = None,
    ) -> NativeClient: ...
    @property
    def base_url(self) -> str: ...
    def zoom(self, request: ZoomRequest, on_progress: _Hears | None = None) -> str: ...
    def submit(self, request: ZoomRequest) -> str: ...
    def upscale(self, request: UpscaleRequest, on_progress: _Hears | None = None) -> str: ...
    def spawn_zoom(self, on_end: _Ends, on_progress: _Hears | None, request: ZoomRequest) -> NativeJob: ...
    def spawn_upscale(
        self, on_end: _Ends, on_progress: _Hears | None, request: UpscaleRequest
    ) -> NativeJob: ...
    def spawn_wait(self, on_end: _Ends, on_progress: _Hears | None, task_id: str) -> NativeJob: ...
    def wait(self, task_id: str, on_progress: _Hears | None = None) -> str: ...
    def zoom_many(
        self,
        requests: Iterable[str | ZoomRequest | Mapping[str, object]],
        window: int | None = None,
        in_order: bool = False,
    ) -> NativeMany: ...
    def task(self, task_id: str) -> str: ...
    def buttons(self, task_id: str) -> str: ...
    def download(
        self, task_id: str, links: list[str], path: str | os.PathLike[str]
    ) -> list[str | os.PathLike[str]]: ...

@final
class NativeJob:
    """A job that calls back when it ends."""

    def cancel(self) -> None: ...

@final
class NativeMany:
    """The results of many zooms, as they end."""

    def next(self) -> tuple[int, str | None, ZoomoutError | None] | None: ...
    def cancel(self) -> None: ...

@final
class NativeEmulator:
    """What ``zoomout.testing.Emulator`` stands on."""

    def __new__(cls, port: int, time_scale: float, picture_side: int) -> NativeEmulator: ...
    @property
    def url(self) -> str: ...
    @property
    def key(self) -> str: ...
    @staticmethod
    def seeds() -> list[str]: ...
    def client(self, timeout: float | None = None, call_timeout: float | None = None) -> NativeClient: ...
    def bill(self) -> str: ...
    def requests(self) -> str: ...
    def inject(self, script: str) -> None: ...
    def advance(self, seconds: int) -> None: ...
    def reset(self) -> None: ...
    def refuse_connections(self, refuse: bool) -> None: ...
    def close(self) -> None: ...

@final
class ZoomRequest:
    """A zoom before it is sent. Building one costs nothing and sends nothing.

    Args:
        task_id: The parent: an upscaled picture.
        zoom_ratio: Any finite number above 0. Below 2 it buys the tier 1.5x; 2, more, or none at all: 2x.
        custom_id: A button of the parent; not together with ``zoom_ratio``.
        index: A tile of the parent, 1 to 4; normally not needed.
        speed: ``"relax"`` (the API's default), ``"fast"`` or ``"turbo"``; picks the price cell, too.
        metadata: Your own notes, kept with the task: any mapping that ``json`` can write.

    Raises:
        InvalidError: A value cannot be sent; ``field`` names it.
    """

    def __new__(
        cls,
        task_id: str,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> ZoomRequest: ...
    @property
    def tier(self) -> Literal["Zoom Out 1.5x", "Zoom Out 2x"] | None:
        """The tier that the ratio buys; None where a button decides by itself."""

    @property
    def billing_key(self) -> str:
        """The price cell that an accepted submission is billed to."""

    def to_json(self) -> str:
        """The body of the request, as JSON text."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class UpscaleRequest:
    """An upscale before it is sent. Building one costs nothing and sends nothing."""

    def __new__(
        cls,
        task_id: str,
        *,
        index: int | None = None,
        custom_id: str | None = None,
        speed: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> UpscaleRequest: ...
