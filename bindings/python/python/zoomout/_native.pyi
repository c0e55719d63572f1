"""Types of the native module."""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Literal, TypeAlias, TypeVar, final

from ._errors import ZoomoutError

__all__ = [
    "Ask",
    "NativeBatch",
    "NativeClient",
    "NativeCollecting",
    "NativeEmulator",
    "NativeJob",
    "NativeMachine",
    "NativePictures",
    "UpscaleRequest",
    "ZoomRequest",
    "__version__",
    "callback",
    "main",
    "read_buttons",
    "read_task",
]

__version__: str

_Callback = TypeVar("_Callback", bound=Callable[..., object] | None)

_Span: TypeAlias = float | timedelta
_Hears: TypeAlias = Callable[[str], object]
_End: TypeAlias = Callable[[object, ZoomoutError | None, str | None], object]
_Ended: TypeAlias = tuple[int, str | None, ZoomoutError | None, str | None]
_Account: TypeAlias = tuple[str, str | None]
_Policy: TypeAlias = tuple[float | None, str | None]
_Reply: TypeAlias = tuple[int, list[tuple[str, str]], bytes]

def main(args: list[str]) -> int:
    """Runs the ``zoomout`` command with these arguments, its own name among them; answers its exit code."""

def callback(on_progress: _Callback) -> _Callback:
    """What hears of a task, if it can be called."""

@final
class Ask:
    """Something that is asked of a client. Making one costs nothing and sends nothing."""

    @staticmethod
    def zoom(request: ZoomRequest) -> Ask: ...
    @staticmethod
    def submit(request: ZoomRequest) -> Ask: ...
    @staticmethod
    def upscale(request: UpscaleRequest) -> Ask: ...
    @staticmethod
    def wait(task_id: str) -> Ask: ...
    @staticmethod
    def task(task_id: str) -> Ask: ...
    @staticmethod
    def buttons(task_id: str) -> Ask: ...
    @staticmethod
    def download(task_id: str, links: list[str], path: str | os.PathLike[str]) -> Ask: ...
    @staticmethod
    def save(link: str, path: str | os.PathLike[str]) -> Ask: ...
    @staticmethod
    def read(link: str) -> Ask: ...
    @staticmethod
    def unfinished() -> Ask: ...
    @staticmethod
    def resolve(key: str, task_id: str | None, billed: bool | None) -> Ask: ...

@final
class NativeClient:
    """What both clients stand on: answers are JSON as text, a list of paths, or bytes."""

    def __new__(
        cls,
        api_key: str | None,
        base_url: str | None,
        language: str | None,
        timeout: _Span | None,
        call_timeout: _Span | None,
        resubmit: str | None,
        ledger: str | os.PathLike[str] | None,
        pace: float | None = None,
    ) -> NativeClient: ...
    @property
    def base_url(self) -> str: ...
    def run(self, ask: Ask, on_event: _Hears | None = None) -> tuple[object, str | None]: ...
    def start(self, ask: Ask, on_end: _End, on_event: _Hears | None = None) -> NativeJob: ...
    def acknowledge(self, task_id: str) -> None: ...
    def collect(self, folder: str | os.PathLike[str]) -> NativeCollecting: ...
    def batch(self, window: int | None, in_order: bool) -> NativeBatch: ...
    def settling(self, timeout: _Span) -> Callable[[], list[str]]: ...
    def settled(self) -> str: ...

@final
class NativePictures:
    """Fetches pictures whose client is not at hand."""

    def __new__(cls) -> NativePictures: ...
    def run(self, ask: Ask) -> tuple[object, str | None]: ...

@final
class NativeCollecting:
    """What ``collect`` of both clients stands on."""

    def run(self) -> object: ...
    def start(self, on_end: _End) -> NativeJob: ...
    def cancel(self) -> None: ...

@final
class NativeJob:
    """A job that calls back when it ends."""

    LAST_WORDS: float
    def tell(self, stop: BaseException) -> None: ...
    def cancel(self) -> None: ...

@final
class NativeBatch:
    """Zooms under way, handed out as they end."""

    def has_room(self) -> bool: ...
    def is_empty(self) -> bool: ...
    def add(
        self,
        item: str | ZoomRequest | Mapping[str, object],
        on_event: Callable[[int, str], object] | None = None,
        on_end: Callable[[int], object] | None = None,
    ) -> int: ...
    def next(self) -> _Ended | None: ...
    def take(self) -> _Ended | None: ...
    def cancel(self) -> None: ...

@final
class NativeMachine:
    """A job without a clock, a socket or a thread, for the shared cases."""

    @staticmethod
    def zoom(account: _Account, request: ZoomRequest, policy: _Policy, seed: int) -> NativeMachine: ...
    @staticmethod
    def upscale(account: _Account, request: UpscaleRequest, policy: _Policy, seed: int) -> NativeMachine: ...
    @staticmethod
    def wait(account: _Account, task_id: str, policy: _Policy, seed: int) -> NativeMachine: ...
    def request(self) -> tuple[str, str, list[tuple[str, str]], bytes] | None: ...
    def poll(self, now: int) -> str: ...
    def on_response(self, now: int, reply: _Reply) -> None: ...
    def on_failure(self, now: int, not_sent: bool, cause: str) -> None: ...
    def on_claim(self, now: int, answer: str | None) -> None: ...
    def on_record(self, now: int, answer: str | None) -> None: ...
    def cancel(self) -> None: ...

def read_task(account: _Account, task_id: str, reply: _Reply) -> str:
    """The task that an answer shows, as JSON."""

def read_buttons(account: _Account, task_id: str, reply: _Reply) -> str:
    """The task with its buttons that an answer shows, as JSON."""

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
    def client(
        self,
        timeout: _Span | None = None,
        call_timeout: _Span | None = None,
        ledger: str | os.PathLike[str] | None = None,
    ) -> NativeClient: ...
    def bill(self) -> str: ...
    def requests(self) -> str: ...
    def inject(self, script: str) -> None: ...
    def advance(self, by: _Span) -> None: ...
    def reset(self) -> None: ...
    def refuse_connections(self, refuse: bool) -> None: ...
    def close(self) -> None: ...

@final
class ZoomRequest:
    """A zoom before it is sent. Building one costs nothing and sends nothing; one of another one is the same.

    Args:
        task_id: The parent: an upscaled picture; or a whole request, and then nothing beside it.
        zoom_ratio: Any finite number above 0. Below 2 it buys the tier 1.5x; 2, more, or none at all: 2x.
        custom_id: A button of the parent; not together with ``zoom_ratio``.
        index: A tile of the parent, 1 to 4; normally not needed.
        speed: ``"relax"`` (the API's default), ``"fast"`` or ``"turbo"``; picks the price cell, too.
        metadata: Your own notes, kept with the task: any mapping that ``json`` can write.
        key: A name of your own under which it is submitted once, whoever asks for it again.
        again: Whether to submit it anew, and so pay again, where the task of its key has ended.

    Raises:
        InvalidError: A value cannot be sent; ``field`` names it.
    """

    def __new__(
        cls,
        task_id: str | ZoomRequest,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: str | None = None,
        metadata: Mapping[str, object] | None = None,
        key: str | None = None,
        again: bool | None = None,
    ) -> ZoomRequest: ...
    @property
    def tier(self) -> Literal["Zoom Out 1.5x", "Zoom Out 2x"] | None:
        """The tier that the ratio buys; None where a button decides by itself."""

    @property
    def billing_key(self) -> str:
        """The price cell that an accepted submission is billed to."""

    @property
    def key(self) -> str | None:
        """The name under which it is submitted once."""

    @property
    def again(self) -> bool:
        """Whether it is submitted anew where it has ended."""

    def to_dict(self) -> dict[str, object]:
        """The body of the request."""

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, object]]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class UpscaleRequest:
    """An upscale before it is sent. Building one costs nothing and sends nothing."""

    def __new__(
        cls,
        task_id: str,
        *,
        zoom_ratio: float | None = None,
        custom_id: str | None = None,
        index: int | None = None,
        speed: str | None = None,
        metadata: Mapping[str, object] | None = None,
        key: str | None = None,
        again: bool | None = None,
    ) -> UpscaleRequest: ...
