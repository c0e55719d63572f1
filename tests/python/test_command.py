"""The command, the fixture and the README, as a user of the package meets them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from zoomout.testing import Emulator

README = Path(__file__).parents[2] / "README.md"


def command(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs ``python -m zoomout``."""
    program = [sys.executable, "-m", "zoomout", *args]
    return subprocess.run(program, capture_output=True, text=True, env={**os.environ, **env}, check=False)


def test_the_command_is_the_same() -> None:
    """Results, refusals and exit codes of the Rust command."""
    shown = command("zoom", "task_1", "--zoom-ratio", "1.5", "--dry-run", "--json")
    assert (shown.returncode, json.loads(shown.stdout)["tier"]) == (0, "Zoom Out 1.5x")
    refused = command("zoom", "a\nb", "--dry-run")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "error: task_id must be" in refused.stderr
    script = Path(sys.executable).with_name("zoomout")
    version = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("zoomout ")


def test_the_fixture_is_registered(zoomout_emulator: Emulator) -> None:
    """Any test may ask for it."""
    task = zoomout_emulator.client().zoom(zoomout_emulator.seeds["upscaled"])
    assert task.status == "completed"


@pytest.mark.parametrize(
    "block", re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
)
def test_the_readme_runs_as_it_stands(block: str, tmp_path: Path) -> None:
    """Every Python example, against the emulator, as a program of its own."""
    with Emulator(time_scale=500, picture_side=24) as emulator:
        env = {**os.environ, "APIMART_API_KEY": emulator.key, "APIMART_BASE_URL": emulator.url}
        subprocess.run([sys.executable, "-c", block], cwd=tmp_path, env=env, check=True)
