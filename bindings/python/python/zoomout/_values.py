"""What the server told, as values: frozen, comparable, picklable."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any


class _Value:
    """What every value can do."""

    def to_dict(self) -> dict[str, Any]:
        """The value as plain dicts and lists, under the API's own names."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))  # type: ignore[call-overload]
        return plain


@dataclass(frozen=True)
class Image(_Value):
    """A picture of a task.

    Attributes:
        url: Where it is. Public: anybody who knows the link can see it.
        expires_at: Until when, in Unix seconds, if the server said so.
    """

    url: str
    expires_at: int | None = None


@dataclass(frozen=True)
class TaskError(_Value):
    """Why a task failed, in the server's words."""

    message: str
    type: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Task(_Value):
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


@dataclass(frozen=True)
class Submission(_Value):
    """A submission that was accepted, and is billed.

    Attributes:
        task_id: The new task; keep it, it is what was paid for.
        status: Where it stands.
    """

    task_id: str
    status: str


@dataclass(frozen=True)
class Progress(_Value):
    """Where a task stands, as ``on_progress`` hears it.

    Attributes:
        task_id: The task; the first call brings it as soon as it is known.
        status: Where it stands.
        percent: 0 to 100, never falling.
    """

    task_id: str
    status: str
    percent: int | None


@dataclass(frozen=True)
class Button(_Value):
    """A button under a picture.

    Attributes:
        custom_id: What ``zoom(custom_id=...)`` takes.
        label: What it says.
        emoji: What it shows.
        tier: The tier that it presses, if it is a zoom.
    """

    custom_id: str
    label: str
    emoji: str | None
    tier: str | None


@dataclass(frozen=True)
class MidjourneyTask(_Value):
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


def task(text: str) -> Task:
    """A task from the core's JSON."""
    fields = json.loads(text)
    fields["images"] = tuple(Image(**image) for image in fields["images"])
    fields["error"] = None if fields["error"] is None else TaskError(**fields["error"])
    return Task(**fields)


def submission(text: str) -> Submission:
    """A submission from the core's JSON."""
    return Submission(**json.loads(text))


def midjourney_task(text: str) -> MidjourneyTask:
    """A task with its buttons from the core's JSON."""
    fields = json.loads(text)
    fields["buttons"] = tuple(Button(**button) for button in fields["buttons"])
    fields["image_urls"] = tuple(fields["image_urls"])
    return MidjourneyTask(**fields)
