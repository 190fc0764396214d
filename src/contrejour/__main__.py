"""`contrejour` and `python -m contrejour`."""

import sys

from contrejour.cli import main

if __name__ == "__main__":
    sys.exit(main())
