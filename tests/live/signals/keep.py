"""A process that appends to a journal for ever and prints each number that was acknowledged.

python keep.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from contrejour.live.signals.entry import EntryKind
from contrejour.live.signals.journal import Journal

if __name__ == "__main__":
    journal = Journal(Path(sys.argv[1]))
    while True:
        number = journal.append(EntryKind.COUNTS, {"people": journal.last * 7}).number
        sys.stdout.write(f"{number} {(number - 1) * 7}\n")
        sys.stdout.flush()
