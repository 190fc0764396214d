"""What the tests of this folder share: views of changed examples, and posters read back."""

from __future__ import annotations

import re
from datetime import date

import pypdfium2
from fakes.mandates import FESTIVAL, LAWFUL, Change, mandate

from contrejour.law.mandate import check
from contrejour.papers import View
from contrejour.papers import poster as posters
from contrejour.papers.document import APOSTROPHE
from contrejour.papers.notice import notice
from contrejour.papers.view import source

HOSTILE = "</script><b>&amp;\u202eגנב\u200f « l'œuvre » 100 € ⟦à compléter⟧"
LONG = "Société d'exploitation des transports " * 40
UNBROKEN = "X" * 3000


def view(*changes: Change, on: date = FESTIVAL, of=LAWFUL, sha256=None, log=None) -> View:
    voted = mandate(*changes, of=of)
    return View(voted, on, check(voted, on), sha256, log)


def poster(seen: View, place: str, language: str = "fr") -> bytes:
    return posters.pdf(notice(seen, place), language, source(seen))


def text_of(pdf: bytes) -> str:
    """All the text of a poster, spaces made plain."""
    document = pypdfium2.PdfDocument(pdf)
    said = " ".join(page.get_textpage().get_text_range() for page in document)
    return plain(said)


def plain(said: str) -> str:
    return re.sub(r"\s+", " ", said.replace("\ufffe", "").replace(APOSTROPHE, "'"))


def boxes(pdf: bytes):
    """(page's size, box) of each character that shows."""
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        for at in range(text.count_chars()):
            if text.get_text_range(at, 1).strip():
                yield page.get_size(), text.get_charbox(at)


def pages(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))
