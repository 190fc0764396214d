"""A file into passages. What a stranger wrote is read in a process that is shut in (apart.py).

    .txt     UTF-8, else Windows-1252          .pdf    the text of each page, its lines re-joined
    .html    without scripts and navigation    .docx, .odt   paragraphs, and a table's rows

The content decides, not the name. Nothing is fetched, no entity is resolved, and what would grow
too large is refused before it is unpacked.
"""

from __future__ import annotations

import codecs
import importlib
import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, BinaryIO, cast

from contrejour.base.errors import InputEmpty, InputMissing, Truncated, Unsupported
from contrejour.base.foreign import opened
from contrejour.law.review import markup
from contrejour.law.review.lines import Line, Passage, paragraphs, without_margins

LARGEST = 256 << 20
"""Bytes of a file."""
LARGEST_TEXT = 64 << 20
"""Bytes of the text within an archive, unpacked; of a txt or html as it is."""
MOST_CHARACTERS = 4_000_000
"""Of a text: two thousand pages."""
MOST_LINES = 500_000
MOST_MEMBERS = 20_000
"""Files of an archive."""
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OverflowError,
    ValueError,
)  # fmt: skip
"""What zipfile says of an archive that is none, or that leads before its beginning."""
_HTML = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?(?><!--.*?-->\s*+)*+<(?:!doctype\s+html|html|head|body|"
    rb"article|main|section|div|p|h[1-6]|ul|ol|table|meta|title)\b",
    re.I | re.S,
)


def passages(path: Path) -> tuple[Passage, ...]:
    """What is written in `path`, in its order, at least one passage.

    Raises InputMissing, InputEmpty (nothing, or pictures of text only), Truncated (damaged) and
    Unsupported (another kind, encrypted, or too large).
    """
    return passages_of(path, data_of(path))


def passages_of(path: Path, data: bytes) -> tuple[Passage, ...]:
    """What is written in a document, as `passages`; `path` is what errors call it."""
    try:
        found = _passages(path, data)
    except markup.TooMany as error:
        raise Unsupported("document-of-too-many-parts", path=path) from error
    if sum(len(each.text) for each in found) > MOST_CHARACTERS:
        raise Unsupported("document-too-long", path=path, most=MOST_CHARACTERS)
    if not found:
        raise InputEmpty("document-without-text", path=path)
    return found


def data_of(path: Path) -> bytes:
    """The bytes of a document. Raises InputMissing, InputEmpty, Unsupported."""
    try:
        if path.is_dir():
            raise InputMissing("document-is-a-folder", path=path)
        with opened(path, follow=True) as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise Unsupported("document-too-large", path=path, most_mib=LARGEST >> 20)
    except FileNotFoundError as error:
        raise InputMissing("input-missing", path=path) from error
    except OSError as error:
        raise InputMissing(
            "document-cannot-be-read", path=path, reason=error.strerror or str(error)
        ) from error
    if not data:
        raise InputEmpty("document-empty", path=path)
    return data


def load_parsers(data: bytes) -> None:
    """Import all that reading this needs: once a process is shut in it can't."""
    for encoding in ("cp437", "cp1252", "utf-8", "utf-8-sig", "utf-16"):
        codecs.lookup(encoding)
    for parser in ("pypdfium2",) if _is_pdf(data) else ("lxml.etree", "lxml.html"):
        importlib.import_module(parser)


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024]


def _passages(path: Path, data: bytes) -> tuple[Passage, ...]:
    if _is_pdf(data):
        return _pdf(path, data)
    if data.startswith(b"PK\x03\x04"):
        return _archive(path, data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unsupported("document-of-old-office", path=path)
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*")):
        raise Unsupported("document-is-a-picture", path=path)
    if data.startswith(b"{\\rtf"):
        raise Unsupported("document-is-rtf", path=path)
    if len(data) > LARGEST_TEXT:
        raise Unsupported("document-too-large", path=path, most_mib=LARGEST_TEXT >> 20)
    text = _decoded(path, data)
    if _HTML.match(data[:4096]) or _HTML.match(text[:4096].encode()):
        try:
            return markup.html(text)
        except markup.TooDeep as error:
            raise Unsupported("document-too-deep", path=path) from error
    if len(text) > MOST_CHARACTERS:
        raise Unsupported("document-too-long", path=path, most=MOST_CHARACTERS)
    if text.count("\n") + text.count("\r") > MOST_LINES:
        raise markup.TooMany
    return paragraphs([Line(line, None, at) for at, line in enumerate(text.splitlines(), 1)])


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    controls = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in data[:65536])
    if b"\0" in data or controls > len(data[:65536]) // 100:
        raise Unsupported("document-not-a-text", path=path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _archive(path: Path, data: bytes) -> tuple[Passage, ...]:
    from lxml.etree import XMLSyntaxError

    if data.count(b"PK\x01\x02") > MOST_MEMBERS:
        raise markup.TooMany
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                with _member(path, archive, "word/document.xml") as text:
                    return markup.docx(cast(BinaryIO, text))
            if "content.xml" in names:
                with _member(path, archive, "content.xml") as text:
                    return markup.odt(cast(BinaryIO, text))
    except (*_DAMAGED, XMLSyntaxError) as error:
        raise Truncated("document-damaged", path=path, error=str(error)) from error
    except markup.Entities as error:
        raise Unsupported("document-declares-entities", path=path) from error
    raise Unsupported("document-of-unknown-kind", path=path)


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> _PackedText:
    """One file of an archive. What its own header says of its size is not believed.

    Stored or deflated: LZMA takes as much memory as its header wants.
    """
    known = archive.getinfo(name)
    if known.flag_bits & 1:
        raise Unsupported("document-encrypted", path=path)
    if known.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unsupported("document-packed-unknown", path=path)
    try:
        return _PackedText(path, archive.open(name))
    except NotImplementedError as error:
        raise Unsupported("document-packed-unknown", path=path) from error


class _PackedText(io.RawIOBase):
    """Bytes as they are unpacked, LARGEST_TEXT of them at the most: then Unsupported."""

    def __init__(self, path: Path, member: IO[bytes]) -> None:
        self._path, self._member, self._left = path, member, LARGEST_TEXT

    def read(self, size: int = -1) -> bytes:
        data = self._member.read(size)
        self._left -= len(data)
        if self._left < 0:
            most = LARGEST_TEXT >> 20
            raise Unsupported("document-unpacks-too-large", path=self._path, most_mib=most)
        return data


def _pdf(path: Path, data: bytes) -> tuple[Passage, ...]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            pages, length = [], 0
            for at in range(len(document)):
                pages.append(_page(document, at))
                length += sum(map(len, pages[-1]))
                if length > MOST_CHARACTERS:
                    raise Unsupported("document-too-long", path=path, most=MOST_CHARACTERS)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise Unsupported("document-encrypted", path=path) from error
        raise Truncated("document-damaged", path=path, error=str(error)) from error
    found = paragraphs(list(without_margins(pages)))
    if not found:
        raise InputEmpty("document-of-pictures", path=path)
    return found


def _page(document: object, at: int) -> list[str]:
    import pypdfium2

    assert isinstance(document, pypdfium2.PdfDocument)
    page = document[at]
    text = page.get_textpage()
    try:
        said = str(text.get_text_bounded())
    finally:
        text.close()
        page.close()
    # PDFium writes U+FFFE for a hyphen that cuts a word
    return re.sub(r"[\ufffe\x02]\s*", "", said).splitlines()
