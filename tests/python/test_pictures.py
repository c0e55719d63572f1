"""Pictures: on disk, in memory, in a notebook."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import pytest
import zoomout
from PIL import Image as Pillow
from zoomout import Image, Task
from zoomout.testing import Emulator

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def task(zoomout_emulator: Emulator) -> Task:
    """A finished task of an emulator that goes on."""
    return zoomout_emulator.client().zoom(zoomout_emulator.seeds["upscaled"])


def test_a_picture_is_saved_and_read(task: Task, tmp_path: Path) -> None:
    """To a path of either kind, and the same bytes in memory."""
    (image,) = task.images
    assert image.save(tmp_path / "one.png") == tmp_path / "one.png"
    assert image.save(str(tmp_path / "two.png")) == tmp_path / "two.png"
    picture = image.bytes()
    assert picture.startswith(PNG)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes() == picture
    assert Pillow.open(io.BytesIO(picture)).size == image.to_pil().size == (64, 64)


def test_a_notebook_shows_a_picture(task: Task, zoomout_emulator: Emulator) -> None:
    """And nothing, rather than a traceback, where it cannot."""
    (image,) = task.images
    assert image._repr_png_().startswith(PNG)
    zoomout_emulator.faults([{"on": "file", "fault": {"kind": "answer", "status": 404, "body": "no"}}])
    assert image._repr_png_() is None


def test_a_picture_that_is_none_is_not_saved(task: Task, zoomout_emulator: Emulator, tmp_path: Path) -> None:
    """Nothing is left behind, and the error says why."""
    (image,) = task.images
    rule = {"on": "file", "fault": {"kind": "answer", "status": 200, "body": "<html>"}}
    zoomout_emulator.faults([rule])
    with pytest.raises(zoomout.ProtocolError, match="no picture"):
        image.save(tmp_path / "wide.png")
    assert list(tmp_path.iterdir()) == []
    zoomout_emulator.faults([])
    with pytest.raises(zoomout.StorageError):
        image.save(tmp_path / "no such folder" / "wide.png")


def test_a_picture_that_came_from_elsewhere_needs_no_client(task: Task, tmp_path: Path) -> None:
    """One that was pickled is fetched by its public link, over https only."""
    (image,) = pickle.loads(pickle.dumps(task)).images
    assert image == task.images[0]
    with pytest.raises(zoomout.ProtocolError, match="not one that is followed"):
        image.save(tmp_path / "wide.png")
    with pytest.raises(zoomout.ProtocolError, match="link to the picture is none"):
        Image("no link").bytes()
