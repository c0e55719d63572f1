"""The API's words as enums. Wherever one is taken, so is the plain word; they are equal to it."""

from __future__ import annotations

from enum import Enum


class Speed(str, Enum):
    """The queue that a task waits in; with it the price cell."""

    RELAX = "relax"
    FAST = "fast"
    TURBO = "turbo"

    def __str__(self) -> str:
        return self.value


class Tier(str, Enum):
    """How far a zoom goes out: the two buttons that a ratio may press."""

    ZOOM_OUT_1_5X = "Zoom Out 1.5x"
    ZOOM_OUT_2X = "Zoom Out 2x"

    def __str__(self) -> str:
        return self.value
