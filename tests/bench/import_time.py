"""How long importing the package takes beside bare Python and beside other clients; and the wheel's size.

Makes an environment of its own, with the package built for release: python3 tests/bench/import_time.py
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
OTHERS = ["requests", "httpx", "openai"]
ROUNDS = 40


def main() -> None:
    """Prints a table: milliseconds above bare Python, the median of many starts."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, str(ROOT)], check=True)
        (wheel,) = Path(folder).glob("zoomout-*.whl")
        subprocess.run([*pip, "install", str(wheel), *OTHERS], check=True)
        print(f"wheel: {wheel.stat().st_size / 1e6:.2f} MB ({wheel.name})")
        statements = ["pass", *(f"import {name}" for name in ("zoomout", *OTHERS))]
        times: dict[str, list[float]] = {statement: [] for statement in statements}
        for _ in range(ROUNDS):
            # Side by side and in any order, so that a busy moment of the machine falls on all.
            for statement in random.sample(statements, len(statements)):
                start = time.perf_counter()
                subprocess.run([python, "-I", "-c", statement], check=True)
                times[statement].append((time.perf_counter() - start) * 1000)
        bare = statistics.median(times["pass"])
        print(f"bare Python: {bare:.1f} ms")
        for statement in statements[1:]:
            print(f"{statement}: +{statistics.median(times[statement]) - bare:.1f} ms")


if __name__ == "__main__":
    main()
