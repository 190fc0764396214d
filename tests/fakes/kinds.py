"""The same lines as each kind of file that a review reads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def docx(lines: Sequence[str], rows: Sequence[Sequence[str]] = (), doctype: str = "") -> bytes:
    def paragraph(line: str) -> str:
        return f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>"

    cells = (
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    body = "".join(map(paragraph, lines)) + f"<w:tbl>{''.join(cells)}</w:tbl>"
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    xml = f'<?xml version="1.0"?>{doctype}{document}'
    return archive({"[Content_Types].xml": b"<x/>", "word/document.xml": xml.encode()})


def odt(lines: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> bytes:
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    cells = (
        "<table:table-row>"
        + "".join(
            f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    body = f"<office:text>{paragraphs}<table:table>{''.join(cells)}</table:table></office:text>"
    spaces = f'xmlns:office="{OFFICE}" xmlns:text="{TEXT}" xmlns:table="{TABLE}"'
    inside = f"<office:body>{body}</office:body>"
    xml = f"<office:document-content {spaces}>{inside}</office:document-content>"
    kind = b"application/vnd.oasis.opendocument.text"
    return archive({"mimetype": kind, "content.xml": xml.encode()})


def html(lines: Sequence[str]) -> bytes:
    inside = "".join(f"<p>{escape(line)}</p>" for line in lines)
    noise = "<script>déployer des caméras</script><nav>installer des drones</nav>"
    head = "<head><title>Projet</title></head>"
    return f"<!DOCTYPE html><html>{head}<body>{noise}{inside}</body></html>".encode()


def pdf(pages: Sequence[Sequence[str]], password: str | None = None) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=password)
    for number, lines in enumerate(pages, 1):
        canvas.drawString(72, 800, "Conseil régional de Montvert")
        for at, line in enumerate(lines):
            canvas.drawString(72, 760 - 16 * at, line)
        canvas.drawString(290, 30, f"{number} / {len(pages)}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()
