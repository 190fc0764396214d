"""`contrejour` and `python -m contrejour`."""

import sys

from contrejour.base.paths import trusted

sys.path[:] = trusted()  # before anything else is imported


def main() -> int:
    """Run one command; its exit code. Ctrl-C while Python still imports it ends it as any other."""
    try:
        from contrejour.base.shown import guard
        from contrejour.cli.main import main as run

        guard()
        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
