"""Where modules may come from: never the folder that somebody happens to stand in.

A folder of evidence may hold a `json.py`; `python -m`, `python -c` and an empty entry of PYTHONPATH
would run it. Imports nothing but what Python itself has imported by then, not even `__future__`.
"""

import os
import sys

_OURS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def trusted() -> list[str]:
    """`sys.path` without the current folder, by whatever name it stands there.

    It stays where this package itself was imported from it.
    """
    return [
        entry
        for entry in sys.path
        if os.path.isabs(entry) and (_same(entry, _OURS) or not _same(entry, os.curdir))
    ]


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # nothing is there, so nothing comes from it
        return False
