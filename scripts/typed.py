"""Type-check the tests, by a ratchet: mypy's strictness holds for all but those on a list.

    python scripts/typed.py            check; `scripts/check` does
    python scripts/typed.py --shorten  take off the list what is clean now

tests/untyped.txt names the test modules that are not strictly typed yet, one a line. A module with
an error that is not on it fails, and so does one on it without an error or that is gone: the list
only gets shorter.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mypy import api

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "untyped.txt"
_ERROR = re.compile(r"([^:\n]+):\d+: error: .*")


def errors() -> dict[str, list[str]]:
    """What mypy says of the tests, by file. Raises SystemExit where it can't check them."""
    told, trouble, _ = api.run([str(ROOT / "tests"), "--no-error-summary", "--hide-error-context"])
    found: dict[str, list[str]] = {}
    for line in told.splitlines():
        if error := _ERROR.fullmatch(line):
            found.setdefault(error[1], []).append(line)
    if trouble or (told and not found):
        raise SystemExit(trouble or told)
    return found


def main() -> int:
    """0 when all but the listed modules are clean, and none of those is."""
    listed = LIST.read_text().split()
    found = errors()
    for path in sorted(set(found) - set(listed)):
        print(*found[path], f"{path}: not strictly typed, and new modules are", sep="\n")
    clean = [path for path in listed if path not in found]
    if "--shorten" in sys.argv[1:]:
        LIST.write_text("".join(f"{path}\n" for path in sorted(set(listed) & set(found))))
    elif clean:
        print(*(f"{path}: clean: scripts/typed.py --shorten" for path in clean), sep="\n")
        return 1
    return int(not set(found) <= set(listed))


if __name__ == "__main__":
    sys.exit(main())
