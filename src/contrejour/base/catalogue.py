"""Catalogues of messages, as GNU gettext has them: text for people to edit, bytes to look up in.

A catalogue is locale/LANGUAGE/LC_MESSAGES/contrejour.po:

    msgid "output-exists"
    msgstr "{path} exists"

    msgid "frames-veiled-whole"
    msgid_plural "frames-veiled-whole"
    msgstr[0] "{count} frame veiled whole: {reason}"
    msgstr[1] "{count} frames veiled whole: {reason}"

The build puts contrejour.mo, its compiled form, into the wheel. A source tree has none and needs
none: there, the text itself is read. This module imports nothing of ours: the build runs it alone.

Formats: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html and …/MO-Files.html
"""

from __future__ import annotations

import gettext
import io
import re
import struct
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "contrejour"
LANGUAGES = ("en", "fr")
_WORDS = ("", "msgid", "msgid_plural", "msgstr", "msgstr[0]", "msgstr[1]")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
_MAGIC = 0x950412DE


def source(language: str) -> Path:
    """The catalogue that people edit."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """What messages say in a language. Raises FileNotFoundError: the installation is broken."""
    try:
        data = source(language).with_suffix(".mo").read_bytes()
    except FileNotFoundError:
        data = compiled(read(source(language).read_text(encoding="utf-8")))
    return gettext.GNUTranslations(io.BytesIO(data))


def read(text: str) -> dict[str, tuple[str, ...]]:
    """What a .po says for each id: one text, or one for each form of the plural.

    Raises ValueError for what can't be read, contexts (msgctxt) and guesses (fuzzy) among it, and
    for an id that is there twice.
    """
    found: dict[str, tuple[str, ...]] = {}
    entry: list[str] = []  # the id, then its texts
    at = 0  # the one that goes on
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or (line.startswith("#") and "fuzzy" not in line):
            continue
        word, _, quoted = ("", "", line) if line[0] == '"' else line.partition(" ")
        if word not in _WORDS or quoted[:1] + quoted[-1:] != '""' or len(quoted) < 2:
            raise ValueError(f"line {number}: not a line of a catalogue")
        said = _plain(quoted)
        if word == "msgid":
            _keep(found, entry)
            entry, at = [said], 0
        elif word == "msgid_plural":
            at = -1  # it is the id again
        elif word:
            entry.append(said)
            at = len(entry) - 1
        elif at >= 0:
            entry[at] += said
    _keep(found, entry)
    return found


def _plain(quoted: str) -> str:
    """A text without its quotes, and what a backslash begins as it is meant."""
    text = quoted[1:-1]
    return _ESCAPE.sub(lambda found: _ESCAPES[found[1]], text) if "\\" in text else text


def _keep(found: dict[str, tuple[str, ...]], entry: list[str]) -> None:
    if not entry:
        return
    key, *texts = entry
    if key in found or not texts:
        raise ValueError(f"{key} is there twice, or says nothing")
    found[key] = tuple(texts)


def compiled(found: dict[str, tuple[str, ...]]) -> bytes:
    """The .mo of a catalogue: sorted ids, each with its texts, found by offsets (no hash table)."""
    pairs = sorted(
        (f"{key}\0{key}" if len(texts) > 1 else key, "\0".join(texts))
        for key, texts in found.items()
    )
    coded = [(key.encode(), text.encode()) for key, text in pairs]
    start = 28  # past the header: seven numbers
    at = start + 16 * len(coded)
    tables: list[bytes] = []
    for column in (0, 1):
        rows = []
        for pair in coded:
            rows.append(struct.pack("<II", len(pair[column]), at))
            at += len(pair[column]) + 1
        tables.append(b"".join(rows))
    header = struct.pack("<7I", _MAGIC, 0, len(coded), start, start + 8 * len(coded), 0, at)
    strings = [pair[column] + b"\0" for column in (0, 1) for pair in coded]
    return b"".join((header, *tables, *strings))
