"""Types of the native module."""

from collections.abc import Mapping
from typing import Literal, final

__all__ = ["ZoomRequest", "__version__"]

__version__: str

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
