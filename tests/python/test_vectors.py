"""The shared cases that this package can answer, found by walking their folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import zoomout
from zoomout import ZoomRequest

FOLDER = Path(__file__).parent.parent / "vectors"


def cases(kind: str) -> list[Any]:
    """Every case of a kind."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / kind).glob("*.json"))]
    assert found
    return [pytest.param(case, id=case["id"]) for case in found]


def request(fields: dict[str, Any]) -> ZoomRequest:
    """The request of these fields, with the numbers that JSON cannot write."""
    fields = dict(fields)
    ratio = fields.pop("zoom_ratio", None)
    return ZoomRequest(fields.pop("task_id"), zoom_ratio=None if ratio is None else float(ratio), **fields)


@pytest.mark.parametrize("case", cases("tiers"))
def test_tiers(case: dict[str, Any]) -> None:
    """A ratio buys the tier that the case says."""
    assert request({"task_id": "task_1", **case["given"]}).tier == case["expected"]["tier"]


@pytest.mark.parametrize(
    "case", [case for case in cases("requests") if case.values[0]["given"]["action"] == "zoom"]
)
def test_requests(case: dict[str, Any]) -> None:
    """A request has the body, tier and billing key that the case says, or is refused as it says."""
    fields, expected = case["given"]["fields"], case["expected"]
    if "error" in expected:
        with pytest.raises(zoomout.InvalidError) as raised:
            request(fields)
        assert {name: getattr(raised.value, name) for name in expected["error"]} == expected["error"]
        return
    built = request(fields)
    assert json.loads(built.to_json()) == expected["body"]
    assert built.tier == expected["tier"]
    assert built.billing_key == expected["billing_key"]
