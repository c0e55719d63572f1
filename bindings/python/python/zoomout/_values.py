"""What the server told, as values: frozen, comparable, hashable, picklable.

Not dataclasses: importing those takes longer than importing all of this package.
"""

from __future__ import annotations

import os

from ._native import Ask, NativeClient, NativePictures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, ClassVar, Literal

    from typing_extensions import Self, dataclass_transform

    from ._errors import ZoomoutError
else:

    def dataclass_transform(**_: object) -> object:
        """What type checkers are told has no meaning at run time."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Value:
    """The base of every value: its fields are the annotations of its class."""

    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(cls.__annotations__)
        type.__setattr__(cls, "__match_args__", cls._fields)

    def __init__(self, *args: object, **fields: object) -> None:
        names = self._fields
        given = dict(zip(names, args, strict=False), **fields)
        missing = [name for name in names if name not in given and not hasattr(type(self), name)]
        if missing or len(given) < len(args) or not given.keys() <= set(names):
            raise TypeError(f"{type(self).__name__}() takes {', '.join(names)}")
        self.__dict__.update((name, given.get(name, getattr(type(self), name, None))) for name in names)

    def to_dict(self) -> dict[str, Any]:
        """The value as plain dicts and lists, under the API's own names."""
        return {name: _plain(value) for name, value in self.__dict__.items()}

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), tuple(self.__dict__.values())

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __replace__(self, **changes: object) -> Self:
        return type(self)(**{**self.__dict__, **changes})


def _plain(value: object) -> object:
    if isinstance(value, Value):
        return value.to_dict()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


class Image(Value):
    """A picture of a task. In a notebook it shows itself, which downloads it.

    Attributes:
        url: Where it is. Public: anybody who knows the link can see it.
        expires_at: Until when, in Unix seconds, if the server said so.
    """

    __slots__ = ("_source",)

    url: str
    expires_at: int | None = None

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Saves the picture into this file, whole or not at all. Free; blocks until it is done.

        Raises:
            StorageError: The file could not be written.
            TransportError: The picture could not be fetched.
            RefusedError: Its link has expired.
            ProtocolError: What came is no picture, or the link is not one that is followed.
        """
        from pathlib import Path

        self._fetch(Ask.save(self.url, os.fspath(path)))
        return Path(path)

    def bytes(self) -> bytes:
        """The picture as the bytes of its file. Free; blocks until it is there.

        Raises:
            ZoomoutError: As :meth:`save`.
        """
        picture = self._fetch(Ask.read(self.url))
        assert isinstance(picture, bytes)
        return picture

    def to_pil(self) -> Any:
        """The picture as a ``PIL.Image.Image``. Free; blocks until it is there.

        Raises:
            ImportError: Pillow is not installed.
            ZoomoutError: As :meth:`save`.
        """
        from importlib import import_module
        from io import BytesIO

        return import_module("PIL.Image").open(BytesIO(self.bytes()))

    def _repr_png_(self) -> Any:
        """The picture for a notebook; without it, a notebook shows the link."""
        from ._errors import ZoomoutError

        try:
            picture = self.bytes()
        except ZoomoutError:
            return None
        return picture if picture.startswith(b"\x89PNG") else None

    def _fetch(self, ask: Ask) -> object:
        return getattr(self, "_source", NativePictures()).run(ask)[0]


class TaskError(Value):
    """Why a task failed, in the server's words."""

    message: str
    type: str | None = None
    code: str | None = None


class Task(Value):
    """A task as the server showed it.

    Attributes:
        task_id: Its id.
        status: ``pending``, ``processing``, ``completed``, ``failed``, ``cancelled``, ``modal``, or the
            server's own word when it is none of these.
        progress: 0 to 100.
        images: Its pictures; a zoom may give one or four.
        grid_image_url: The 2x2 picture, where there is one.
        created: Unix seconds.
        completed: Unix seconds.
        estimated_time: Seconds that the server expects it to take.
        actual_time: Seconds that it took.
        cost: Its price in USD.
        credits_cost: The same in credits.
        error: Why it failed.
    """

    task_id: str
    status: str
    progress: int | None
    images: tuple[Image, ...]
    grid_image_url: str | None
    created: int | None
    completed: int | None
    estimated_time: int | None
    actual_time: int | None
    cost: float | None
    credits_cost: float | None
    error: TaskError | None

    def _repr_html_(self) -> str:
        """The task for a notebook: what is known of it, and its pictures."""
        from html import escape

        facts = {"task_id": self.task_id, "status": self.status, "progress": self.progress, "cost": self.cost}
        rows = "".join(
            f"<tr><th>{name}</th><td>{escape(str(fact))}</td></tr>"
            for name, fact in facts.items()
            if fact is not None
        )
        images = "".join(f'<img src="{escape(image.url)}" style="max-width: 45%">' for image in self.images)
        return f"<table>{rows}</table>{images}"


class Submission(Value):
    """A submission that was accepted, and is billed.

    Attributes:
        task_id: The new task; keep it, it is what was paid for.
        status: Where it stands.
    """

    task_id: str
    status: str


class Detached(Value):
    """A submission whose caller was stopped while it was on its way, and what became of it.

    Attributes:
        action: What was submitted: one member, the noun of the action, that holds the body of the request.
        ticket: What names it in the ledger; it carried that as its ``Idempotency-Key``.
        submission: It was accepted, and is billed.
        error: Or why not, and whether it may be billed all the same.
    """

    action: dict[str, dict[str, object]]
    ticket: str
    submission: Submission | None
    error: ZoomoutError | None


class Entry(Value):
    """What is on record of one submission. Moments are milliseconds since 1970.

    Attributes:
        number: Its number: they are given in order.
        server: The address of the API.
        account: A fingerprint of the account, from which nobody gets the key.
        key: The name under which it is kept: the caller's key, or else the ticket.
        named: Whether the caller gave it that name.
        turn: Which submission under this name it is, from 1.
        ticket: Whose claim it is; it carried that as its ``Idempotency-Key``.
        state: ``intended``, ``accepted``, ``done``, ``failed``, ``refused`` or ``unconfirmed``.
        request: What was asked for: one member, the noun of the action, that holds the body of the request.
        billing_key: What it is billed to.
        parent: The task that it starts from.
        task_id: The task that was accepted.
        reason: Why it was refused, or why nobody knows.
        cost: The price in USD, if the task has ended and the server told.
        task: The task as it ended, if that is on record.
        intended_at: When it was claimed.
        accepted_at: When it was known to be accepted.
        ended_at: When its end was seen.
        handed_out_at: When its end was handed out to whoever asked for it.
        collected_at: When its pictures were saved.
        files: Where its pictures were saved.
    """

    number: int
    server: str
    account: str
    key: str
    named: bool
    turn: int
    ticket: str
    state: Literal["intended", "accepted", "done", "failed", "refused", "unconfirmed"]
    request: Any
    billing_key: str
    parent: str | None
    task_id: str | None
    reason: str | None
    cost: float | None
    task: Task | None
    intended_at: int
    accepted_at: int | None
    ended_at: int | None
    handed_out_at: int | None
    collected_at: int | None
    files: tuple[str, ...]


class Collected(Value):
    """What became of one submission that was unfinished.

    Attributes:
        entry: What was on record of it.
        paths: Where its pictures are.
        error: Or why there are none, and what may be done about it.
    """

    entry: Entry
    paths: tuple[Path, ...]
    error: ZoomoutError | None


class Progress(Value):
    """Where a task stands, as ``on_progress`` hears it.

    Attributes:
        task_id: The task; the first call brings it as soon as it is known.
        status: Where it stands.
        percent: 0 to 100, never falling.
    """

    task_id: str
    status: str
    percent: int | None


class Button(Value):
    """A button under a picture.

    Attributes:
        custom_id: What ``zoom(custom_id=...)`` takes.
        label: What it says.
        emoji: What it shows.
        tier: The tier that it presses, if it is a zoom; see :class:`Tier`.
    """

    custom_id: str
    label: str
    emoji: str | None
    tier: str | None


class MidjourneyTask(Value):
    """A task with its buttons.

    Attributes:
        task_id: Its id.
        status: Where it stands, in the words of :class:`Task`.
        action: What made it, such as ``UPSCALE``.
        progress: 0 to 100.
        buttons: What can be pressed.
        image_urls: Its pictures.
        grid_image_url: The 2x2 picture, where there is one.
        fail_reason: Why it failed.
    """

    task_id: str
    status: str
    action: str | None
    progress: int | None
    buttons: tuple[Button, ...]
    image_urls: tuple[str, ...]
    grid_image_url: str | None
    fail_reason: str | None


def _loads(text: object) -> Any:
    import json

    assert isinstance(text, str)
    return json.loads(text)


def task(text: object, source: NativeClient | None = None) -> Task:
    """A task from the core's JSON; ``source`` is what fetches its pictures."""
    return _task(_loads(text), source)


def _task(fields: dict[str, Any], source: NativeClient | None) -> Task:
    fields["images"] = tuple(Image(**image) for image in fields["images"])
    fields["error"] = None if fields["error"] is None else TaskError(**fields["error"])
    if source is not None:
        for image in fields["images"]:
            object.__setattr__(image, "_source", source)
    return Task(**fields)


def _entry(fields: dict[str, Any], source: NativeClient) -> Entry:
    fields["task"] = None if fields["task"] is None else _task(fields["task"], source)
    fields["files"] = tuple(fields["files"])
    return Entry(**fields)


def entry(text: object, source: NativeClient) -> Entry:
    """What is on record of a submission, from the core's JSON."""
    return _entry(_loads(text), source)


def entries(text: object, source: NativeClient) -> list[Entry]:
    """What is on record of many."""
    return [_entry(fields, source) for fields in _loads(text)]


def collected(text: object, source: NativeClient) -> Collected | None:
    """What became of one that was unfinished, from the core's JSON; None after the last."""
    from pathlib import Path

    from ._errors import from_fields

    fields = _loads(text)
    if fields is None:
        return None
    error = None if fields["error"] is None else from_fields(fields["error"])
    return Collected(_entry(fields["entry"], source), tuple(map(Path, fields["paths"])), error)


def submission(text: object) -> Submission:
    """A submission from the core's JSON."""
    return Submission(**_loads(text))


def midjourney_task(text: object) -> MidjourneyTask:
    """A task with its buttons from the core's JSON."""
    fields = _loads(text)
    fields["buttons"] = tuple(Button(**button) for button in fields["buttons"])
    fields["image_urls"] = tuple(fields["image_urls"])
    return MidjourneyTask(**fields)


def detached(text: object) -> list[Detached]:
    """What became of submissions that were left behind, from the core's JSON."""
    from ._errors import from_fields

    return [
        Detached(
            fields["action"],
            fields["ticket"],
            fields["submission"] and Submission(**fields["submission"]),
            fields["error"] and from_fields(fields["error"]),
        )
        for fields in _loads(text)
    ]
