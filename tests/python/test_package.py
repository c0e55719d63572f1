"""What only Python can get wrong: classes, pickling, equality, examples in docs."""

from __future__ import annotations

import copy
import doctest
import pickle
import subprocess
import sys
from collections import ChainMap

import pytest
import zoomout
from zoomout import Image, Task, TaskError, ZoomoutError, ZoomRequest
from zoomout._errors import CLASSES


def test_the_examples_in_the_docs_run() -> None:
    """The module's own example is true."""
    result = doctest.testmod(zoomout)
    assert result.attempted > 0
    assert result.failed == 0


def test_an_error_says_what_to_do() -> None:
    """A refusal is a ValueError that names its field, the bill and the next step."""
    with pytest.raises(ValueError, match="task_id must be") as raised:
        ZoomRequest("a\nb")
    error = raised.value
    assert isinstance(error, zoomout.InvalidError)
    assert (error.kind, error.billed, error.field) == ("invalid", "no", "task_id")
    assert "nothing was charged" in error.next_step


def test_the_message_of_an_error_ends_with_its_cause() -> None:
    """Whether the core's own message has it or not."""
    for message, cause, shown in [
        (
            "the server refused the zoom: it is a grid",
            "it is a grid",
            "the server refused the zoom: it is a grid",
        ),
        ("nothing left this machine", "connection refused", "nothing left this machine: connection refused"),
        ("the task did not finish", None, "the task did not finish"),
        ("the server refused the zoom", "", "the server refused the zoom"),
    ]:
        assert str(ZoomoutError(message, kind="refused", billed="no", cause=cause)) == shown


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
    pressed = ZoomRequest("task_1", custom_id="MJ::x", speed="fast", metadata={"album": [1]})
    for request in (one, pressed, ZoomRequest("task_1", index=2)):
        assert pickle.loads(pickle.dumps(request)) == copy.copy(request) == copy.deepcopy(request) == request


TASK = Task(
    task_id="task_1",
    status="completed",
    progress=100,
    images=(Image("https://h/<0>.png", expires_at=7),),
    grid_image_url=None,
    created=1,
    completed=2,
    estimated_time=3,
    actual_time=4,
    cost=0.05,
    credits_cost=0.5,
    error=TaskError("no"),
)


def test_values_are_values() -> None:
    """Frozen, comparable, hashable, copyable, and their own repr."""
    for again in (pickle.loads(pickle.dumps(TASK)), copy.copy(TASK), copy.deepcopy(TASK), eval(repr(TASK))):
        assert again == TASK
        assert hash(again) == hash(TASK)
    assert TASK.images[0] == Image("https://h/<0>.png", 7)
    assert Image("https://h/0.png").expires_at is None
    assert TASK != TASK.images[0]
    assert TASK.to_dict()["images"] == [{"url": "https://h/<0>.png", "expires_at": 7}]
    assert TASK.to_dict()["error"] == {"message": "no", "type": None, "code": None}
    with pytest.raises(AttributeError, match="frozen"):
        TASK.status = "failed"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="frozen"):
        del TASK.status  # pyright: ignore[reportAttributeAccessIssue]
    match TASK:
        case Task("task_1", status):
            assert status == "completed"
        case _:
            pytest.fail("it does not match by position")
    if sys.version_info >= (3, 13):
        assert copy.replace(TASK, status="failed").status == "failed"


@pytest.mark.parametrize("arguments", [(), ("u", 1, 2)])
def test_values_take_their_fields_only(arguments: tuple[object, ...]) -> None:
    """Too few or too many, or one of another name, is a TypeError that names them all."""
    with pytest.raises(TypeError, match="takes url, expires_at"):
        Image(*arguments)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes url, expires_at"):
        Image("u", size=1)  # type: ignore[call-arg]


def test_words_are_those_of_the_core() -> None:
    """An enum and its word are one and the same."""
    assert [ZoomRequest("task_1", zoom_ratio=ratio).tier for ratio in (1, 2)] == list(zoomout.Tier)
    for speed in zoomout.Speed:
        assert ZoomRequest("task_1", speed=speed) == ZoomRequest("task_1", speed=speed.value)
    assert f"{zoomout.Speed.FAST} {zoomout.Tier.ZOOM_OUT_2X}" == "fast Zoom Out 2x"
    assert set(dir(zoomout)) >= set(zoomout.__all__)


def test_a_notebook_shows_a_task_without_trusting_it() -> None:
    """What the server wrote is escaped."""
    html = TASK._repr_html_()
    assert '<img src="https://h/&lt;0&gt;.png" style="max-width: 45%">' in html
    assert "<th>cost</th><td>0.05</td>" in html


MACHINE = """
import sys, threading
from zoomout._native import NativeMachine
machine = NativeMachine.wait(("sk-1", None), "task_1", (None, None), 1)
sys.setswitchinterval(1e-6)

def report():
    for _ in range(2000):
        try:
            machine.on_response(0, (0, [], b""))
        except (ValueError, RuntimeError):
            pass

def poll():
    for _ in range(2000):
        try:
            machine.poll(0)
        except RuntimeError:
            pass

threads = [threading.Thread(target=work) for work in (report, poll)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_two_threads_at_one_machine_never_wait_for_each_other() -> None:
    """Whoever comes too early is told so: waiting would keep the interpreter lock from the other one."""
    subprocess.run([sys.executable, "-c", MACHINE], timeout=60, check=True)


def test_a_client_does_not_pickle() -> None:
    """It holds the key."""
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(zoomout.Client("sk-1"))


@pytest.mark.parametrize("setting", ["api_key", "base_url", "language", "timeout", "resubmit"])
def test_settings_are_refused_by_name(setting: str) -> None:
    """Before anything is sent."""
    bad = {"api_key": "", "base_url": "ftp://h", "language": "tlh", "timeout": 0, "resubmit": "always"}
    with pytest.raises(zoomout.InvalidError) as raised:
        zoomout.Client(**{"api_key": "sk-1", setting: bad[setting]})  # type: ignore[arg-type]
    assert raised.value.field == setting


@pytest.mark.parametrize("metadata", ["album", [1], 7])
def test_metadata_must_be_a_mapping(metadata: object) -> None:
    """Anything but a mapping is refused by name."""
    with pytest.raises(zoomout.InvalidError) as raised:
        ZoomRequest("task_1", metadata=metadata)  # type: ignore[arg-type]
    assert raised.value.field == "metadata"


def test_any_mapping_will_do() -> None:
    """Not only dict."""
    request = ZoomRequest("task_1", metadata=ChainMap({"album": "alps"}))
    assert request.to_dict() == {"task_id": "task_1", "metadata": {"album": "alps"}}


def test_metadata_that_json_cannot_write() -> None:
    """Python's own words for it."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        ZoomRequest("task_1", metadata={"album": object()})
