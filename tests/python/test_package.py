"""What only Python can get wrong: classes, pickling, equality, examples in docs."""

from __future__ import annotations

import doctest
import pickle
from collections import ChainMap

import pytest
import zoomout
from zoomout import ZoomRequest
from zoomout._errors import CLASSES


def test_the_examples_in_the_docs_run() -> None:
    """The module's own example is true."""
    result = doctest.testmod(zoomout)
    assert result.attempted > 0
    assert result.failed == 0


def test_an_error_says_what_to_do() -> None:
    """A refusal is a ValueError that names its field, the bill and the next step."""
    with pytest.raises(ValueError, match="task_id must be") as raised:
        ZoomRequest("../x")
    error = raised.value
    assert isinstance(error, zoomout.InvalidError)
    assert (error.kind, error.billed, error.field) == ("invalid", "no", "task_id")
    assert "nothing was charged" in error.next_step


@pytest.mark.parametrize("kind", CLASSES)
def test_errors_survive_pickling(kind: str) -> None:
    """Errors cross process pools whole."""
    error = CLASSES[kind]("what", kind=kind, billed="yes", task_id="task_1", next_step="wait")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.__dict__) == (str(error), error.__dict__)


def test_builtin_bases() -> None:
    """Code that knows nothing of zoomout still catches its errors."""
    for kind, base in {
        "invalid": ValueError,
        "deadline": TimeoutError,
        "transport": ConnectionError,
        "storage": OSError,
    }.items():
        assert issubclass(CLASSES[kind], base)
    assert all(issubclass(cls, zoomout.ZoomoutError) for cls in CLASSES.values())


def test_requests_are_values() -> None:
    """Equal requests are equal, hash alike and cannot be changed."""
    one, same, other = (ZoomRequest("task_1", zoom_ratio=ratio) for ratio in (1.5, 1.5, 2))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != "task_1"
    assert repr(one) == 'ZoomRequest({"task_id":"task_1","zoom_ratio":1.5})'
    with pytest.raises(AttributeError):
        one.tier = None  # type: ignore[misc]


@pytest.mark.parametrize("metadata", ["album", [1], 7])
def test_metadata_must_be_a_mapping(metadata: object) -> None:
    """Anything but a mapping is refused by name."""
    with pytest.raises(zoomout.InvalidError) as raised:
        ZoomRequest("task_1", metadata=metadata)  # type: ignore[arg-type]
    assert raised.value.field == "metadata"


def test_any_mapping_will_do() -> None:
    """Not only dict."""
    request = ZoomRequest("task_1", metadata=ChainMap({"album": "alps"}))
    assert request.to_json() == '{"task_id":"task_1","metadata":{"album":"alps"}}'


def test_metadata_that_json_cannot_write() -> None:
    """Python's own words for it."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        ZoomRequest("task_1", metadata={"album": object()})
