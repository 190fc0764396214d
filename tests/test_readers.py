"""Files are read by `base/foreign.py`: no pipe is waited for, and what is read whole has a bound.

Each other place that opens or reads a file stands below with its reason, and the list is exact.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

import pytest
from fakes.calls import NO_FILES, counted, opened, opens_to_write, writes

OWNERS = {f"base/{name}.py" for name in ("files", "fixed", "foreign", "parts", "state")}
METHODS = {"read_bytes", "read_text", "readlines"}
LOADS = {"np": {"load", "loadtxt", "fromfile", "memmap"}, "json": {"load"}, "Image": {"open"},
         "tarfile": {"open"}, "av": {"open"}, "os": {"open"}}  # fmt: skip
"""Functions of modules that take a path, or a file, of whatever size."""

OURS = "a file of the package"
WORK = "in a work folder, which its user alone may write to"
KERNEL = "a file of the kernel's"
FFMPEG = "FFmpeg reads bit by bit; its process is shut in"

ELSEWHERE: dict[str, tuple[str, Counter[str]]] = {
    "base/catalogue.py": (OURS, Counter({"read_bytes": 1, "read_text": 1})),
    "base/landlock.py": ("a place that stays open to a process", Counter({"os.open": 1})),
    "base/sandbox.py": (KERNEL, Counter({"open": 1})),
    "base/children.py": ("a pipe of ours", Counter({"open": 1})),
    "custody/ledger/server.py": (OURS, Counter({"read_bytes": 1})),
    "custody/seal/clock.py": (KERNEL, Counter({"read_text": 1})),
    "custody/seal/keys.py": (
        "a key is read into memory that is wiped, and of a hold its first line",
        Counter({"open": 1}),
    ),
    "custody/seal/onion.py": ("a tar that is made in memory", Counter({"tarfile.open": 1})),
    "custody/seal/wipe.py": (KERNEL, Counter({"open": 1})),
    "law/mandate/draft.py": (OURS, Counter({"read_text": 1})),
    "law/mandate/law.py": (OURS, Counter({"read_bytes": 1})),
    "live/doctor/machine.py": (KERNEL, Counter({"read_text": 1})),
    "live/pages/live.py": ("a part of a stream, or the range of it", Counter({"open": 1})),
    "live/pages/page.py": (OURS, Counter({"read_bytes": 1})),
    "media/camera/feeds/feed.py": (FFMPEG, Counter({"av.open": 1})),
    "media/camera/feeds/recordings.py": (FFMPEG, Counter({"av.open": 1, "os.open": 1})),
    "media/file/apart.py": (WORK, Counter({"open": 2})),
    "media/file/index.py": (FFMPEG, Counter({"av.open": 1})),
    "media/file/mux.py": (WORK, Counter({"av.open": 1})),
    "media/file/opened.py": (FFMPEG, Counter({"open": 1})),
    "media/file/truncation.py": ("some bytes of what FFmpeg has opened", Counter({"open": 1})),
    "media/out/fmp4.py": ("in memory", Counter({"av.open": 1})),
    "recorded/folder.py": (WORK, Counter({"read_text": 1})),
    "recorded/inputs.py": ("12 bytes of a file that is one", Counter({"open": 1})),
    "recorded/picture_file.py": (
        "Pillow, with a bound on pixels; its process is shut in",
        Counter({"Image.open": 1, "open": 1, "json.load": 1}),
    ),
    "recorded/report.py": (OURS, Counter({"read_text": 1})),
    "recorded/results.py": (WORK, Counter({"read_bytes": 3})),
    "vision/detect/fetch.py": (
        "what was fetched, once its hash is right",
        Counter({"read_bytes": 1}),
    ),
    "vision/detect/looker.py": (OURS, Counter({"read_bytes": 1})),
    "vision/detect/models.py": (
        "a model is hashed piece by piece; a lock",
        Counter({"open": 2}),
    ),
    "vision/detect/picodet.py": (OURS, Counter({"read_text": 1})),
    "vision/scene/scene.py": (
        "a scene that a camera learned, which fits its picture or is refused",
        Counter({"np.load": 1}),
    ),
}
"""Why each may, and how often."""


def calls(tree: ast.AST) -> Iterator[str]:
    """What of this reads a file, by name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id == "open" and not writes(node, 1):
            yield "open"
        elif isinstance(called, ast.Attribute):
            owner = called.value.id if isinstance(called.value, ast.Name) else ""
            if called.attr in LOADS.get(owner, ()):
                if (owner, called.attr) == ("os", "open") and opens_to_write(node):
                    continue
                yield f"{owner}.{called.attr}"
            elif called.attr in METHODS and owner != "arguments":
                yield called.attr
            elif called.attr == "open" and owner not in NO_FILES and not opened(node, owner):
                yield "open"


def test_files_are_read_by_who_bounds_them_and_by_who_is_listed() -> None:
    assert counted(calls, OWNERS) == {name: counted for name, (_, counted) in ELSEWHERE.items()}


@pytest.mark.parametrize(
    "text",
    ["open(p)", "open(p, 'rb')", "p.open()", "p.open('rb')", "p.read_bytes()", "p.read_text()",
     "os.open(p, os.O_RDONLY)", "np.load(p)", "json.load(f)", "Image.open(p)", "av.open(p)"],
)  # fmt: skip
def test_each_way_to_read_is_seen(text: str) -> None:
    assert list(calls(ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    ["open(p, 'wb')", "read_bytes(p)", "archive.open(n)", "f.read(9)", "arguments.read_text(p)"],
)
def test_what_only_writes_or_has_a_bound_is_not(text: str) -> None:
    assert not [*calls(ast.parse(text))]
