"""The exceptions of zoomout: one class for each kind of error, under one base."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._values import Task


class ZoomoutError(Exception):
    """The base of every error of zoomout.

    Attributes:
        kind: The kind of error, such as ``"invalid"``.
        billed: ``"no"``, ``"maybe"`` or ``"yes"``: whether money was spent.
        field: The field that was refused, if one was.
        task_id: The task that was paid for or looked at, if its id is known.
        status: The HTTP status of the server's answer, if there was one.
        type: The server's own word for the kind of error.
        code: The server's code, as text.
        reasons: What the server's answer means, any of ``"authentication"``, ``"payment"``, ``"permission"``,
            ``"not_found"``, ``"parent_not_upscaled"``, ``"rate_limit"`` and ``"moderation"``.
        request_id: The id under which the server knows the request.
        retry_after: Seconds that the server asked to wait.
        cause: What lies beneath, in the words of the server, the network or the system.
        next_step: What to do next, in a sentence.
    """

    kind: str
    billed: str

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        billed: str,
        field: str | None = None,
        task_id: str | None = None,
        status: int | None = None,
        type: str | None = None,
        code: str | None = None,
        reasons: tuple[str, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
        cause: str | None = None,
        next_step: str = "",
    ) -> None:
        # The core's own message may end with it.
        told = cause is None or message.endswith(cause)
        super().__init__(message if told else f"{message}: {cause}")
        self.kind = kind
        self.billed = billed
        self.field = field
        self.task_id = task_id
        self.status = status
        self.type = type
        self.code = code
        self.reasons = tuple(reasons)
        self.request_id = request_id
        self.retry_after = retry_after
        self.cause = cause
        self.next_step = next_step

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), str(self), self.__dict__.copy()))


def _rebuild(cls: type[ZoomoutError], message: str, fields: dict[str, object]) -> ZoomoutError:
    error = cls.__new__(cls, message)
    error.args = (message,)
    error.__dict__.update(fields)
    return error


class InvalidError(ZoomoutError, ValueError):
    """The input cannot be sent; nothing was, and nothing was charged."""


class RefusedError(ZoomoutError):
    """The server said no: to a submission, which was not executed, or to show a task."""


class UnconfirmedError(ZoomoutError):
    """The submission may have arrived and may have been billed; nobody knows."""


class TaskFailedError(ZoomoutError):
    """The task ran and failed, or cannot finish; the server refunds it."""


class DeadlineError(ZoomoutError, TimeoutError):
    """Our patience ended first; the task goes on."""


class CancelledError(ZoomoutError):
    """The caller stopped waiting."""


class TransportError(ZoomoutError, ConnectionError):
    """The network failed where it is known what that means."""


class ProtocolError(ZoomoutError):
    """The server answered something that cannot be understood."""


class StorageError(ZoomoutError, OSError):
    """A file could not be written."""


CLASSES: dict[str, type[ZoomoutError]] = {
    "invalid": InvalidError,
    "refused": RefusedError,
    "unconfirmed": UnconfirmedError,
    "task_failed": TaskFailedError,
    "deadline": DeadlineError,
    "cancelled": CancelledError,
    "transport": TransportError,
    "protocol": ProtocolError,
    "storage": StorageError,
}
"""The class of each kind of error."""


def from_fields(fields: dict[str, Any]) -> ZoomoutError:
    """The error that the core describes by these fields."""
    fields = dict(fields)
    error = CLASSES[fields["kind"]](fields.pop("message"), **fields)
    # What nobody catches must name the task that was paid for. Notes exist from Python 3.11 on.
    if error.task_id is not None and hasattr(error, "add_note"):
        error.add_note(f"task: {error.task_id}; billed: {error.billed}; next: {error.next_step}")
    return error


def tell_unfinished(stop: BaseException, unfinished: list[Task | ZoomoutError]) -> None:
    """Names the tasks that were not handed out with what stopped them. Notes exist from Python 3.11 on."""
    tasks = [one.task_id for one in unfinished if one.task_id is not None]
    if tasks and hasattr(stop, "add_note"):
        stop.add_note(f"paid for, and not handed out: {' '.join(tasks)}")
