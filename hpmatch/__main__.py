"""``python -m hpmatch`` is ``hpmatch``: what both run, and nothing that takes long to import."""

import sys

_INTERRUPTED = 130  # as ``hpmatch.cli`` says it, which may not be there yet


def main() -> int:
    """Load the command line and run it; Ctrl-C while modules load ends it as at any other moment."""
    try:
        from hpmatch.cli import main as run  # noqa: PLC0415 - what is imported above is out of reach

        return run()
    except KeyboardInterrupt:
        print("hpmatch: interrupted before it began", file=sys.stderr)
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
