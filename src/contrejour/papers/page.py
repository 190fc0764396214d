"""The one renderer: a document to a page that stands alone (HTML, no script, no network).

Every text of the mandate goes through `html.escape`, and each line of text finds its own direction
(`dir="auto"`), so that a name can neither add markup nor turn a sentence round.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from contrejour.law.mandate.words import Text
from contrejour.papers.document import (
    DRAFT,
    Blank,
    Block,
    FactTable,
    Items,
    Lanes,
    Link,
    Links,
    Paragraph,
    PublicDocument,
    Section,
    Table,
    clean,
    split_marks,
    typeset,
)
from contrejour.papers.lanes import svg

STYLE = """
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #14213d; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; background: #fff; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 1.2rem 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem; border-bottom: 2px solid #14213d; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .3rem; }
h1, h2, h3, h4, p, li, td, caption, tbody th { overflow-wrap: anywhere; }
nav { font-size: .9rem; } nav a { margin-right: 1.2rem; } a { color: #1d4e89; }
.lead { font-size: 1.1rem; }
.draft { background: #b00020; color: #fff; font-weight: 700; text-align: center; padding: .6rem;
  letter-spacing: .06em; position: sticky; top: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0 1.2rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: start; vertical-align: top; padding: .4rem .6rem; border: 1px solid #b8c0cc; }
td { min-width: 5.5em; } thead th { background: #e9edf3; }
tbody th { width: 30%; font-weight: 600; background: #f6f8fa; }
mark { background: #ffe08a; color: inherit; padding: 0 .2em; font-weight: 600; }
.blank { margin: .8rem 0 1.4rem; break-inside: avoid; }
.blank p { margin: .2rem 0; } .why { font-size: .9rem; font-style: italic; }
.line { border-bottom: 1px solid #7a8699; height: 1.9rem; }
.frame { border: 2px dashed #7a8699; min-height: 14rem; }
svg { width: 100%; min-width: 44rem; height: auto; display: block; margin: 1rem 0; }
footer { margin-top: 3rem; border-top: 1px solid #b8c0cc; font-size: .85rem; }
@media (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); }
  tr, td, tbody th { display: block; width: auto; }
  td, tbody th { border-width: 0 0 1px; min-width: 0; }
  tr { border: 1px solid #b8c0cc; margin-bottom: .6rem; }
  td[data-head]::before { content: attr(data-head); display: block; font-weight: 600; }
}
@media print {
  @page { margin: 18mm; } body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav { display: none; } h2, h3 { break-after: avoid; } tr { break-inside: avoid; }
  .draft { position: static; border: 3px solid #b00020; color: #b00020; background: #fff; }
}
"""
_NAV = (("index", Text("Tous les documents", "All documents")),)


def render(document: PublicDocument, language: str) -> bytes:
    """The page in one language, UTF-8. The same document gives the same bytes."""
    other = "en" if language == "fr" else "fr"
    title = _text(document.title, language)
    links = [
        f'<a href="{name}.{language}.html">{_text(said, language)}</a>'
        for name, said in _NAV
        if document.indexed and name != document.name
    ]
    switch = "English" if other == "en" else "Français"
    links.append(
        f'<a href="{document.name}.{other}.html" lang="{other}" hreflang="{other}">{switch}</a>'
    )
    band = f'<p class="draft" role="note">{_text(DRAFT, language)}</p>' if document.draft else ""
    parts = [
        "<!doctype html>",
        f'<html lang="{language}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">",
        f"<title>{_plain(document.title, language)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        f"<body>{band}",
        f"<nav>{''.join(links)}</nav>",
        "<main>",
        f'<h1 dir="auto">{title}</h1>',
        f'<p class="lead" dir="auto">{_text(document.lead, language)}</p>',
        *_blocks(document.blocks, language, 2),
        "</main>",
        "<footer>",
        *(f'<p dir="auto">{_text(said, language)}</p>' for said in document.source),
        "</footer>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(parts).encode()


def _blocks(blocks: Iterable[Block], language: str, level: int) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Section):
            heading = f"h{min(level, 6)}"
            yield f'<section>\n<{heading} dir="auto">{_text(block.title, language)}</{heading}>'
            yield from _blocks(block.blocks, language, level + 1)
            yield "</section>"
        elif isinstance(block, Paragraph):
            yield f'<p dir="auto">{_text(block.text, language)}</p>'
        elif isinstance(block, Items):
            items = (f'<li dir="auto">{_text(item, language)}</li>' for item in block.items)
            yield f"<ul>{''.join(items)}</ul>"
        elif isinstance(block, Links):
            yield f"<ul>{''.join(_linked(*item, language) for item in block.items)}</ul>"
        elif isinstance(block, Blank):
            yield _blank(block, language)
        elif isinstance(block, Lanes):
            yield f'<div class="wide">{svg(block, language)}</div>'
        elif isinstance(block, FactTable):
            yield from _facts(block, language)
        else:
            yield from _table(block, language)


def _table(table: Table, language: str) -> Iterator[str]:
    yield f'<div class="wide"><table><caption>{_text(table.caption, language)}</caption>'
    heads = (f'<th scope="col">{_text(head, language)}</th>' for head in table.head)
    yield f"<thead><tr>{''.join(heads)}</tr></thead><tbody>"
    for row in table.rows:
        cells = (
            f'<td dir="auto" data-head="{_plain(head, language)}">{_text(cell, language)}</td>'
            for head, cell in zip(table.head, row, strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def _facts(facts: FactTable, language: str) -> Iterator[str]:
    yield f"<table><caption>{_text(facts.caption, language)}</caption><tbody>"
    for name, value in facts.rows:
        head = f'<th scope="row">{_text(name, language)}</th>'
        yield f'<tr>{head}<td dir="auto">{_text(value, language)}</td></tr>'
    yield "</tbody></table>"


def _blank(blank: Blank, language: str) -> str:
    inside = (
        '<div class="frame"></div>' if blank.frame else '<div class="line"></div>' * blank.lines
    )
    label, why = _text(blank.label, language), _text(blank.why, language)
    said = f'<p class="why">{why}</p>' if why else ""
    return f'<div class="blank"><p dir="auto"><strong>{label}</strong></p>{said}{inside}</div>'


def _linked(link: Link, about: Text, language: str) -> str:
    address = html.escape(clean(link.address.in_(language)))
    said = _text(about, language)
    text = _text(link.text, language)
    return f'<li><a href="{address}">{text}</a>{" : " if language == "fr" and said else ""}' \
        f"{': ' if language != 'fr' and said else ''}{said}</li>"  # fmt: skip


def _text(said: Text, language: str) -> str:
    pieces = split_marks(typeset(said.in_(language), language))
    return "".join(
        f"<mark>{html.escape(piece)}</mark>" if marked else html.escape(piece)
        for piece, marked in pieces
    )


def _plain(said: Text, language: str) -> str:
    return html.escape(
        "".join(piece for piece, _ in split_marks(typeset(said.in_(language), language)))
    )
