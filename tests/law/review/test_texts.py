"""Every kind of file gives the same passages, and rubbish gives an error that says what to do."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fakes.kinds import archive, docx, html, odt, pdf

from contrejour.base.errors import ContrejourError, InputEmpty, InputMissing, Truncated, Unsupported
from contrejour.law.review import texts
from contrejour.law.review.lines import Line, paragraphs
from contrejour.law.review.texts import passages

LINES = (
    "Le conseil régional décide :",
    "d\u2019installer douze caméras dans la gare de Beaulac ;",
    "de ne pas recourir à la « reconnaissance faciale ».",
)
Make = Callable[[Sequence[str]], bytes]


def written(tmp_path: Path, data: bytes, name: str = "projet.bin") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def said(path: Path) -> list[str]:
    return [passage.text for passage in passages(path)]


@pytest.mark.parametrize(
    "make",
    [
        lambda lines: "\n\n".join(lines).encode(),
        lambda lines: "\r\n\r\n".join(lines).encode("cp1252"),
        lambda lines: "\n\n".join(lines).encode("utf-8-sig"),
        lambda lines: "\n\n".join(lines).encode("utf-16"),
        docx,
        odt,
    ],
    ids=["utf-8", "cp1252", "bom", "utf-16", "docx", "odt"],
)
def test_the_content_decides_whatever_the_name(make: Make, tmp_path: Path) -> None:
    assert said(written(tmp_path, make(LINES))) == list(LINES)


def test_html_is_read_without_its_scripts_and_navigation(tmp_path: Path) -> None:
    assert said(written(tmp_path, html(LINES))) == list(LINES)


def test_a_pdf_tells_its_pages_and_its_lines_are_joined(tmp_path: Path) -> None:
    pages = [
        ["Article 1 : La Région installe douze caméras de vidéo-", "protection en gare.", "Fin."],
        ["Article 2 : Rien d'autre n'est filmé."],
        ["Article 3 : Le président signe."],
    ]  # fmt: skip
    found = passages(written(tmp_path, pdf(pages)))
    assert [(each.spot.page, each.text) for each in found] == [
        (1, "Article 1 : La Région installe douze caméras de vidéoprotection en gare."),
        (1, "Fin."),
        (2, "Article 2 : Rien d'autre n'est filmé."),
        (3, "Article 3 : Le président signe."),
    ]  # fmt: skip


@pytest.mark.parametrize("make", [docx, odt])
def test_a_row_of_a_table_is_one_passage(make: Callable[..., bytes], tmp_path: Path) -> None:
    data = make(LINES[:1], [["Lieu", "Caméras"], ["Gare de Beaulac", "12 caméras"]])
    found = passages(written(tmp_path, data))
    assert [each.text for each in found[1:]] == ["Lieu | Caméras", "Gare de Beaulac | 12 caméras"]
    assert found[2].item


def test_wrapped_lines_are_one_paragraph_that_begins_where_it_begins() -> None:
    lines = [
        "",
        "La Région déploie la reconnais-",
        "sance faciale dans les gares",
        "et dans les",
        "trains.",
    ]
    found = paragraphs([Line(text, None, at) for at, text in enumerate(lines, 1)])
    assert [(each.spot.line, each.text) for each in found] == [
        (2, "La Région déploie la reconnaissance faciale dans les gares et dans les trains.")
    ]


DOCTYPE = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
SECRET = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", InputEmpty, "is empty"),
        (b" \n\n \n", InputEmpty, "holds no text"),
        (b"12\n34\n", InputEmpty, "holds no text"),
        (bytes(range(256)) * 20, Unsupported, "is not a text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), Unsupported, "is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Unsupported, "old or encrypted"),
        (b"{\\rtf1 texte}", Unsupported, "is RTF"),
        (docx(LINES)[:200], Truncated, "is damaged"),
        (docx(LINES)[:-40], Truncated, "is damaged"),
        (archive({"word/document.xml": b"<w:document"}), Truncated, "is damaged"),
        (archive({"a.txt": b"a"}), Unsupported, "an archive, and no"),
        (docx(LINES, doctype=DOCTYPE), Unsupported, "declares entities"),
        (docx(LINES, doctype=SECRET), Unsupported, "declares entities"),
        (pdf([LINES], password="secret"), Unsupported, "is encrypted"),
        (pdf([LINES])[:300], Truncated, "is damaged"),
        (b"<html><body></body></html>", InputEmpty, "holds no text"),
    ],
)  # fmt: skip
def test_rubbish_is_refused_with_a_hint(
    data: bytes, error: type[ContrejourError], says: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says) as caught:
        passages(written(tmp_path, data))
    assert caught.value.hint


def test_a_scanned_pdf_asks_for_its_text_to_be_recognised(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.rect(100, 100, 200, 300, fill=1)
    canvas.showPage()
    canvas.save()
    with pytest.raises(InputEmpty, match="its pages are pictures") as caught:
        passages(tmp_path / "scan.pdf")
    assert "OCR" in caught.value.hint


def test_what_would_unpack_too_large_is_refused_whatever_it_says_of_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "LARGEST_TEXT", 1 << 20)
    bomb = docx(["caméra " * (1 << 18)])
    assert len(bomb) < 1 << 16
    with pytest.raises(Unsupported, match="unpacks to more than 1 MiB"):
        passages(written(tmp_path, bomb))


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(docx(LINES))
    with zipfile.ZipFile(written(tmp_path, bytes(data))) as packed:
        name = packed.infolist()[1].filename.encode()
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.rindex(signature, 0, data.rindex(name))
        data[at + flags] |= 1
    with pytest.raises(Unsupported, match="is encrypted"):
        passages(written(tmp_path, bytes(data)))


def test_no_file_and_a_folder_are_missing_inputs(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match="does not exist"):
        passages(tmp_path / "nothing.txt")
    with pytest.raises(InputMissing, match="is a folder"):
        passages(tmp_path)


def test_a_very_deep_document_is_damaged_rather_than_a_crash(tmp_path: Path) -> None:
    deep = b"<p>" * 5000 + b"des cameras" + b"</p>" * 5000
    with pytest.raises(Truncated):
        passages(written(tmp_path, archive({"content.xml": deep})))
    nested = b"<html><body>" + b"<div>" * 5000 + b"<p>une phrase</p></body></html>"
    with pytest.raises(Unsupported, match="nested too deep"):
        passages(written(tmp_path, nested))
