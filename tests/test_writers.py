"""One discipline of files: who opens for writing, and who moves or removes, is counted.

`files.py`, `parts.py`, `foreign.py`, `growing.py` and `state.py` of base may. Each other place that
does stands below with its reason, and the list is exact: a new one fails, and so does one that is
gone and still listed. An import contract can't say this: `open` needs no import.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

import pytest
from fakes.calls import NO_FILES, counted, opened, opens_to_write, writes

OWNERS = {f"base/{name}.py" for name in ("files", "foreign", "growing", "parts", "state")}
METHODS = {
    "chmod", "hardlink_to", "lchmod", "makedirs", "mkdir", "mkfifo", "mknod", "removedirs",
    "renames", "rmdir", "rmtree", "symlink", "symlink_to", "touch", "truncate", "unlink",
    "write_bytes", "write_text",
}  # fmt: skip
"""Whatever they are called on."""
OF_MODULES = {
    "os": {"link", "open", "remove", "rename", "replace"},
    "shutil": {"copy", "copy2", "copyfile", "copytree", "move", "unpack_archive"},
    "tempfile": {
        "NamedTemporaryFile", "SpooledTemporaryFile", "TemporaryDirectory", "TemporaryFile",
        "mkdtemp", "mkstemp",
    },
}  # fmt: skip

ELSEWHERE: dict[str, tuple[str, Counter[str]]] = {
    "cli/main.py": (
        "/dev/null, in the place of an output that went away",
        Counter({"os.open": 1}),
    ),
    "cli/watch.py": ("the scene of a camera is forgotten", Counter({"unlink": 1})),
    "custody/cases/folder.py": (
        "below a folder that gets its name whole",
        Counter({"mkdir": 1}),
    ),
    "custody/ledger/log.py": ("tiles that became whole ones", Counter({"rmtree": 1})),
    "custody/seal/chain.py": ("what a kill left of a window", Counter({"unlink": 2})),
    "custody/seal/prepared.py": (
        "onions of windows that never began, in a folder of the recorder's alone",
        Counter({"rmtree": 2, "unlink": 1}),
    ),
    "custody/seal/segment.py": (
        "what a kill leaves of a segment is kept, by a name that is known",
        Counter({"os.replace": 2, "unlink": 3}),
    ),
    "custody/seal/shred.py": (
        "a key is overwritten in its place: a new file would leave the old blocks",
        Counter({"open": 1, "unlink": 2}),
    ),
    "custody/seal/store.py": (
        "windows are destroyed; no link leads there",
        Counter({"rmdir": 1, "rmtree": 1, "unlink": 1}),
    ),
    "live/watch/empty.py": ("a scene that is not believed is deleted", Counter({"unlink": 1})),
    "live/retention.py": (
        "segments are destroyed; no link leads there",
        Counter({"rmdir": 1, "unlink": 1}),
    ),
    "live/sealing/log_entries.py": (
        "a turn is one rename, that of its entries, and what failed of it goes",
        Counter({"os.replace": 1, "unlink": 3}),
    ),
    "live/signals/journal.py": (
        "a journal that only grows begins its segments, and an empty one gets another name",
        Counter({"os.open": 1, "os.rename": 1, "unlink": 1}),
    ),
    "live/watch/events.py": ("a descriptor of `opened_own` grows", Counter({"open": 1})),
    "media/file/child.py": (
        "a video, in a work folder of this user's alone: FFmpeg is handed it open",
        Counter({"open": 1}),
    ),
    "media/file/mux.py": ("what it was handed", Counter({"open": 1})),
    "media/out/fmp4.py": ("in memory", Counter({"open": 1})),
    "media/out/hls.py": (
        "parts of a stream are read as they are written, and leave the list",
        Counter({"mkdir": 1, "unlink": 3}),
    ),
    "papers/folder.py": (
        "in a folder that gets its name whole",
        Counter({"chmod": 1, "write_bytes": 1}),
    ),
    "recorded/folder.py": (
        "a work folder of this user's alone",
        Counter({"mkdir": 1, "rmdir": 1, "rmtree": 2, "unlink": 3}),
    ),
    "recorded/masksfile/file.py": (
        "frames that have no name, until the header can be put before them",
        Counter({"tempfile.TemporaryFile": 1}),
    ),
    "recorded/render.py": ("in a work folder of this user's alone", Counter({"unlink": 1})),
    "vision/detect/fetch.py": (
        "in a folder that gets its name whole",
        Counter({"mkdir": 1, "write_bytes": 2}),
    ),
    "vision/detect/models.py": (
        "a cache whose every file is hashed before it is used",
        Counter({"mkdir": 1, "rmtree": 2, "tempfile.TemporaryDirectory": 1}),
    ),
    "vision/scene/scene.py": (
        "numpy writes by a path: a part, or in a work folder",
        Counter({"open": 1}),
    ),
}
"""Why each may, and how often. What removes follows no link by itself."""


def calls(tree: ast.AST) -> Iterator[str]:
    """What of this writes, moves or removes, by name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id == "open" and writes(node, 1):
            yield "open"
        elif isinstance(called, ast.Name) and called.id in OF_MODULES["tempfile"]:
            yield f"tempfile.{called.id}"
        elif isinstance(called, ast.Attribute):
            owner = called.value.id if isinstance(called.value, ast.Name) else ""
            if called.attr in OF_MODULES.get(owner, ()):
                if (owner, called.attr) != ("os", "open") or opens_to_write(node):
                    yield f"{owner}.{called.attr}"
            elif called.attr in METHODS:
                yield called.attr
            elif called.attr == "rename" and owner != "files":
                yield "rename"
            elif called.attr == "open" and owner not in NO_FILES and opened(node, owner):
                yield "open"


def test_files_are_written_by_who_owns_that_and_by_who_is_listed() -> None:
    assert counted(calls, OWNERS) == {name: counted for name, (_, counted) in ELSEWHERE.items()}


@pytest.mark.parametrize(
    "text",
    ["open(p, 'w')", "open(p, mode='ab')", "p.open('r+b')", "p.open(mode)", "os.open(p, os.O_RDWR)",
     "p.write_text('')", "os.replace(a, b)", "p.rename(q)", "p.unlink()", "shutil.rmtree(p)",
     "tempfile.mkdtemp()", "mkdtemp()", "p.mkdir()", "av.open(p, 'w')", "os.remove(p)",
     "p.touch()"],
)  # fmt: skip
def test_each_way_to_write_is_seen(text: str) -> None:
    assert list(calls(ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    ["open(p)", "open(p, 'rb')", "p.open('rb')", "p.open()", "os.open(p, os.O_RDONLY)",
     "text.replace(a, b)", "replace(job, out=1)", "p.read_text()", "archive.open(name)",
     "Image.open(source)"],
)  # fmt: skip
def test_what_only_reads_is_not(text: str) -> None:
    assert not [*calls(ast.parse(text))]


def resolved(tree: ast.AST) -> Iterator[str]:
    """Of a loop of links `Path.resolve` raises RuntimeError, which no command expects;
    `os.path.realpath` doesn't."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "resolve":
            yield "resolve"


def test_no_path_is_resolved() -> None:
    assert counted(resolved, set()) == {}
