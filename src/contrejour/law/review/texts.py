"""A file into passages: the only module here that opens anything.

    .txt     UTF-8, else Windows-1252          .pdf    the text of each page, its lines re-joined
    .html    without scripts and navigation    .docx, .odt   paragraphs, and a table's rows

The content decides, not the name. Nothing is fetched, no entity is resolved, and what would grow
too large is refused before it is unpacked.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path

from contrejour.base.errors import InputEmpty, InputMissing, Truncated, Unsupported
from contrejour.law.review.lines import Line, Passage, paragraphs, without_margins

LARGEST = 256 << 20
"""Bytes of a file."""
LARGEST_TEXT = 64 << 20
"""Bytes of the text within an archive, unpacked."""
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|"
    rb"article|main|section|div|p|h[1-6]|ul|ol|table|meta|title)\b",
    re.I | re.S,
)
KINDS = "give it as .txt, .html, .docx, .odt or .pdf"
OCR = "have its text recognised first (OCR), for example with ocrmypdf"


def passages(path: Path) -> tuple[Passage, ...]:
    """What is written in `path`, in its order, at least one passage.

    Raises InputMissing, InputEmpty (nothing, or pictures of text only), Truncated (damaged) and
    Unsupported (another kind, encrypted, or too large).
    """
    found = _passages(path, _bytes(path))
    if not found:
        raise InputEmpty(f"{path} holds no text", KINDS)
    return found


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputMissing(f"{path} is a folder", "give one document")
        if path.stat().st_size > LARGEST:
            raise Unsupported(f"{path} is larger than {LARGEST >> 20} MiB", "split it first")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputMissing(f"{path} does not exist", "check the path") from error
    except OSError as error:
        raise InputMissing(
            f"{path} can't be read: {error.strerror or error}", "check its permissions"
        ) from error
    if not data:
        raise InputEmpty(f"{path} is empty (0 bytes)", "check the file")
    return data


def _passages(path: Path, data: bytes) -> tuple[Passage, ...]:
    if b"%PDF-" in data[:1024]:
        return _pdf(path, data)
    if data.startswith(b"PK\x03\x04"):
        return _archive(path, data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unsupported(
            f"{path} is an old or encrypted Office document", "save it as .docx or .odt"
        )
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*")):
        raise Unsupported(f"{path} is a picture", OCR)
    if data.startswith(b"{\\rtf"):
        raise Unsupported(f"{path} is RTF", "save it as .docx or .odt")
    text = _decoded(path, data)
    if _HTML.match(data[:4096]) or _HTML.match(text[:4096].encode()):
        from contrejour.law.review import markup

        try:
            return markup.html(text)
        except markup.TooDeep as error:
            raise Unsupported(f"{path} is nested too deep", "save it again") from error
    return paragraphs([Line(line, None, at) for at, line in enumerate(text.splitlines(), 1)])


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    controls = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in data[:65536])
    if b"\0" in data or controls > len(data[:65536]) // 100:
        raise Unsupported(f"{path} is not a text", KINDS)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _archive(path: Path, data: bytes) -> tuple[Passage, ...]:
    from lxml.etree import XMLSyntaxError

    from contrejour.law.review import markup

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return markup.docx(_member(path, archive, "word/document.xml"))
            if "content.xml" in names:
                return markup.odt(_member(path, archive, "content.xml"))
    except (zipfile.BadZipFile, zlib.error, EOFError, XMLSyntaxError) as error:
        raise Truncated(
            f"{path} is damaged: {error}", "copy it again from where it came"
        ) from error
    except markup.Entities as error:
        raise Unsupported(
            f"{path} declares entities, which no word processor writes",
            "open it and save it again",
        ) from error
    raise Unsupported(f"{path} is an archive, and no .docx or .odt", KINDS)


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    """One file of an archive. What its own header says of its size is not believed."""
    if archive.getinfo(name).flag_bits & 1:
        raise Unsupported(f"{path} is encrypted", "save it without a password")
    try:
        with archive.open(name) as member:
            data = member.read(LARGEST_TEXT + 1)
    except NotImplementedError as error:
        raise Unsupported(f"{path} is packed in an unknown way", "save it again") from error
    if len(data) > LARGEST_TEXT:
        raise Unsupported(f"{path} unpacks to more than {LARGEST_TEXT >> 20} MiB", "split it first")
    return data


def _pdf(path: Path, data: bytes) -> tuple[Passage, ...]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            pages = [_page(document, at) for at in range(len(document))]
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise Unsupported(f"{path} is encrypted", "save it without a password") from error
        raise Truncated(
            f"{path} is damaged: {error}", "copy it again from where it came"
        ) from error
    found = paragraphs(list(without_margins(pages)))
    if not found:
        raise InputEmpty(f"{path} has no text: its pages are pictures", OCR)
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
