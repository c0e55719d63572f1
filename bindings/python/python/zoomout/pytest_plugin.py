"""A pytest fixture: ``zoomout_emulator``, an emulator in fast time for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .testing import Emulator


@pytest.fixture
def zoomout_emulator() -> Iterator[Emulator]:
    """An emulator in whose time a minute takes a tenth of a second, with small pictures."""
    with Emulator(time_scale=600, picture_side=64) as emulator:
        yield emulator
