"""``python -m zoomout`` and the ``zoomout`` script: the same command as the Rust one."""

import sys

from ._native import main as _main


def main() -> int:
    """Runs the command with the arguments of this process."""
    return _main(["zoomout", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
