"""`contrejour` and `python -m contrejour`."""

import sys

from contrejour.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
