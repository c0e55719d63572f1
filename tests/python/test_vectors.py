"""Every shared case, found by walking their folder, through the native half of the package."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zoomout
from zoomout import ZoomoutError, ZoomRequest, _native
from zoomout._native import NativeMachine, UpscaleRequest

FOLDER = Path(__file__).parent.parent / "vectors"
Json = dict[str, Any]

# Whose calls the machines make.
ACCOUNT = ("sk-shared-case", None)


def cases() -> list[Any]:
    """Every case."""
    paths = sorted(FOLDER.glob("*/*.json"))
    assert len(paths) > 150
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in paths]


@pytest.mark.parametrize("path", cases())
def test_case(path: Path) -> None:
    """The package answers as the case says."""
    case = json.loads(path.read_text(encoding="utf-8"))
    CHECKS[case["kind"]](case["given"], case["expected"])


def zoom(fields: Json) -> ZoomRequest:
    """The zoom of these fields."""
    return ZoomRequest(**with_ratio(fields))


def with_ratio(fields: Json) -> Json:
    """The fields, with the numbers that JSON cannot write."""
    ratio = fields.get("zoom_ratio")
    return fields if ratio is None else {**fields, "zoom_ratio": float(ratio)}


def reply(answer: Json) -> tuple[int, list[tuple[str, str]], bytes]:
    """An answer as the machine takes it."""
    body = answer["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    return answer["status"], list(answer["headers"].items()), text.encode()


def check_error(error: ZoomoutError, expected: Json) -> None:
    """Every member that the case lists is so."""
    for name, value in expected.items():
        shown = getattr(error, name)
        assert (list(shown) if isinstance(shown, tuple) else shown) == value, name


def check_tier(given: Json, expected: Json) -> None:
    """A ratio buys the tier that the case says."""
    assert zoom({"task_id": "task_1", **given}).tier == expected["tier"]


def check_request(given: Json, expected: Json) -> None:
    """A request is built, or refused, as the case says."""
    fields, policy = given["fields"], (None, None)
    try:
        if given["action"] == "zoom":
            request = zoom(fields)
            machine = NativeMachine.zoom(ACCOUNT, request, policy, 7)
            assert request.to_dict() == expected["body"]
            assert (request.tier, request.billing_key) == (expected["tier"], expected["billing_key"])
        else:
            machine = NativeMachine.upscale(ACCOUNT, UpscaleRequest(**with_ratio(fields)), policy, 7)
    except zoomout.InvalidError as error:
        check_error(error, expected["error"])
        return
    send = sent(machine)
    assert send.pop("by") > 0
    assert send == {name: expected[name] for name in ("method", "path", "body")}


def check_task(given: Json, expected: Json) -> None:
    """An answer shows the task that the case says."""
    check_look(given, expected, _native.read_task, zoomout._values.task)


def check_buttons(given: Json, expected: Json) -> None:
    """An answer shows the buttons that the case says."""
    check_look(given, expected, _native.read_buttons, zoomout._values.midjourney_task)


def check_look(given: Json, expected: Json, read: Any, value: Callable[[str], Any]) -> None:
    """What an answer shows crosses as a value and comes back the same."""
    try:
        text = read(ACCOUNT, given["task_id"], reply(given))
    except ZoomoutError as error:
        check_error(error, expected["error"])
        return
    assert value(text).to_dict() == expected


def sent(machine: NativeMachine) -> Json:
    """The call of a submission, whose claim is granted first."""
    assert "claim" in json.loads(machine.poll(0))
    machine.on_claim(0, None)
    send: Json = json.loads(machine.poll(0))["send"]
    return send


def recorded(machine: NativeMachine) -> Json:
    """The next step that is no record: each is written."""
    while "record" in (step := json.loads(machine.poll(0))):
        machine.on_record(0, None)
    return dict(step)


def check_submission_error(given: Json, expected: Json) -> None:
    """A submission that is tried once and answered so ends as the case says."""
    machine = NativeMachine.zoom(ACCOUNT, zoom({"task_id": "task_parent"}), (None, "never"), 7)
    sent(machine)
    machine.on_response(0, reply(given))
    check_error(zoomout._errors.from_fields(recorded(machine)["failed"]), expected)


def hand_over(machine: NativeMachine, now: int, answer: Json) -> None:
    """Hands the machine a reply: an answer, or a failure."""
    if "failure" in answer:
        machine.on_failure(now, answer["failure"] == "not_sent", "the network")
    else:
        machine.on_response(now, reply(answer))


def check_resubmission(given: Json, expected: Json) -> None:
    """What follows from an attempt to submit is what the case says."""
    machine = NativeMachine.zoom(ACCOUNT, zoom({"task_id": "task_parent"}), (None, given["resubmit"]), 7)
    sent(machine)
    hand_over(machine, 0, given["attempt"])
    step = recorded(machine)
    if "failed" in step:
        assert step["failed"]["kind"] == expected["verdict"]
    else:
        verdict = {"submitted": "accepted", "retrying": "again"}[step["report"]["event"]]
        assert verdict == expected["verdict"]


def check_conversation(given: Json, expected: Json) -> None:
    """A whole job sends, reports and ends as the case says."""
    machine = begin(given)
    replies = list(given["replies"])
    ledger = [json.dumps(answer) for answer in given.get("ledger", [])]
    transcript: list[str] = []
    now = sends = 0
    while True:
        ((name, value),) = json.loads(machine.poll(now)).items()
        if name == "send":
            transcript.append(f"send {value['method']} {value['path']}")
            sends += 1
            if sends == given.get("cancel_after_sends"):
                machine.cancel()
            hand_over(machine, now, replies.pop(0))
        elif name == "claim":
            transcript.append(f"claim {value['key'] or '-'} {value['billing_key']}")
            machine.on_claim(now, ledger.pop(0) if ledger else None)
        elif name == "record":
            transcript.append(written(value))
            machine.on_record(now, ledger.pop(0) if ledger else None)
        elif name == "report":
            transcript.append(describe(value))
        elif name == "wait":
            now = value
        elif name == "done":
            transcript.append("done " + " ".join(image["url"] for image in value["images"]))
            break
        else:
            assert name == "failed"
            transcript.append(f"failed {value['kind']} {value['billed']} {value['task_id'] or '-'}")
            break
    assert transcript == expected["transcript"]
    assert (replies, ledger) == ([], [])


def begin(given: Json) -> NativeMachine:
    """The job of a conversation."""
    start, seed = given["start"], given["seed"]
    policy = (given["policy"].get("deadline"), given["policy"].get("resubmit"))
    if "zoom" in start:
        return NativeMachine.zoom(ACCOUNT, zoom(start["zoom"]), policy, seed)
    if "upscale" in start:
        return NativeMachine.upscale(ACCOUNT, UpscaleRequest(**start["upscale"]), policy, seed)
    return NativeMachine.wait(ACCOUNT, start["wait"], policy, seed)


def written(record: Json) -> str:
    """A record as a line of a transcript."""
    ((name, value),) = record.items()
    if name == "accepted":
        return f"record accepted {value['task_id']}"
    if name == "ended":
        return f"record {'done' if value['done'] else 'failed'} {value['task_id']}"
    return f"record {name}"


def describe(event: Json) -> str:
    """An event as a line of a transcript."""
    if event["event"] in ("submitted", "resumed", "unrecorded"):
        return f"{event['event']} {event['task_id'] or '-'}"
    if event["event"] == "progress":
        percent = "-" if event["percent"] is None else event["percent"]
        return f"progress {event['status']} {percent}"
    return f"retrying {event['attempt']}"


CHECKS: dict[str, Callable[[Json, Json], None]] = {
    "tiers": check_tier,
    "requests": check_request,
    "tasks": check_task,
    "buttons": check_buttons,
    "errors": check_submission_error,
    "resubmission": check_resubmission,
    "conversations": check_conversation,
}
