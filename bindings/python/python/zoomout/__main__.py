"""``python -m zoomout`` and the ``zoomout`` script: the same command as the Rust one."""

import signal
import sys

from ._native import main as _main


def main() -> int:
    """Runs the command with the arguments of this process."""
    # Ctrl-C is the command's own: Python's handler would add a KeyboardInterrupt. An ignored one stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _main(["zoomout", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
