"""``python -m hpmatch`` is ``hpmatch``."""

import sys

from hpmatch.cli import main

if __name__ == "__main__":
    sys.exit(main())
