"""What a stranger wrote takes a bounded amount of memory to read, or is refused in words."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.kinds import TEXT, WORD, archive, docx

MOST = 700 << 20
"""Bytes of address space for a process that reads a document: Python and lxml take 400 MB of it."""
_READ = """
import sys
from pathlib import Path
from contrejour.base.errors import ContrejourError
from contrejour.law.review.texts import passages
try:
    print("read", len(passages(Path(sys.argv[1]))))
except ContrejourError as error:
    print("refused", error.message.id)
"""


def word(inside: str) -> bytes:
    document = f'<w:document xmlns:w="{WORD}"><w:body>{inside}</w:body></w:document>'
    return archive({"word/document.xml": document.encode()})


def members(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for at in range(count):
            packed.writestr(f"{at}", b"")
    return out.getvalue()


def greedy() -> bytes:
    """A member packed by LZMA whose header wants a dictionary of 1.5 GiB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("word/document.xml", b"<a/>")
    return out.getvalue().replace((1 << 23).to_bytes(4, "little"), (3 << 29).to_bytes(4, "little"))


BOMBS: dict[str, Callable[[], bytes]] = {
    "paragraphs": lambda: word("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 1_600_000),
    "one paragraph": lambda: word("<w:p>" + "<w:t/>" * 8_000_000 + "</w:p>"),
    "attributes": lambda: word("<w:p " + " ".join(f'a{n}=""' for n in range(5_000_000)) + "/>"),
    "open document": lambda: archive(
        {"content.xml": f'<x xmlns:text="{TEXT}">{"<text:s/>" * 5_000_000}</x>'.encode()}
    ),
    "html": lambda: b"<html><body>" + b"<p>a" * 10_000_000,
    "lines": lambda: b"a\n" * 20_000_000,
    "one line": lambda: b"a b " * 15_000_000,
    "members": lambda: members(200_000),
    "dictionary": greedy,
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_attack_17_a_document_that_grows_is_refused_within_little_memory(
    bomb: str, tmp_path: Path
) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[bomb]())
    done = _read_within(path)
    refused = done.stdout.removeprefix("refused document-").rstrip()
    assert refused in ("of-too-many-parts", "too-long", "packed-unknown"), done.stdout + done.stderr


def test_a_long_document_is_read_within_it(tmp_path: Path) -> None:
    path = tmp_path / "long.docx"
    path.write_bytes(docx(["La Région installe douze caméras en gare de Beaulac."] * 60_000))
    assert _read_within(path).stdout == "read 60000\n"


def _read_within(path: Path) -> subprocess.CompletedProcess[str]:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))

    return subprocess.run(
        [sys.executable, "-c", _READ, path], preexec_fn=limited, capture_output=True, text=True
    )
