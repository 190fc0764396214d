"""Write the artefacts of a mandate to a folder: the only module of this wing that writes files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from contrejour.base.errors import OutputExists
from contrejour.base.files import new_folder, writing
from contrejour.base.messages import Message
from contrejour.law.mandate import Mandate, check
from contrejour.papers import poster
from contrejour.papers.cameras import geojson
from contrejour.papers.document import LANGUAGES
from contrejour.papers.dpia import dpia
from contrejour.papers.dpv import record
from contrejour.papers.index import index
from contrejour.papers.information import information
from contrejour.papers.notice import notice
from contrejour.papers.page import render
from contrejour.papers.posters import posters
from contrejour.papers.prefect import prefect
from contrejour.papers.register import register
from contrejour.papers.transparency import transparency
from contrejour.papers.view import View, source

DOCUMENTS = (index, information, posters, transparency, register, dpia, prefect)


def artefacts(view: View) -> Iterator[tuple[str, bytes]]:
    """(file name, its bytes) of everything published. Pure: the same view, the same bytes."""
    for document in (make(view) for make in DOCUMENTS):
        for language in LANGUAGES:
            yield f"{document.name}.{language}.html", render(document, language)
    yield "registre.jsonld", record(view)
    yield "cameras.geojson", geojson(view)
    origin = source(view)
    for place in view.places:
        told = notice(view, place)
        for language in LANGUAGES:
            made = poster.pdf(told, language, origin)
            name = f"affiche-{place}.{language}"
            yield f"{name}.pdf", made
            for number, picture in enumerate(poster.png(made), 1):
                yield f"{name}.png" if number == 1 else f"{name}-{number}.png", picture


def publish(
    mandate: Mandate,
    as_of: date,
    folder: Path,
    *,
    text: str | None = None,
    force: bool = False,
    digests: Mapping[str, str | None] | None = None,
    log: str | None = None,
) -> list[Path]:
    """Write every artefact of `mandate`, as the law judges it on `as_of`, into `folder`.

    All or nothing: written beside, then renamed. `text`: the mandate's own, whose SHA-256 goes on
    every page; `digests`: of its documents, as `check` takes them; `log`: as a View has it. Raises
    OutputExists for a folder that holds something, unless `force` (then the new folder takes its
    place once it is complete); OutputFailed where it can't be written.
    """
    digest = hashlib.sha256(text.encode()).hexdigest() if text is not None else None
    view = View(mandate, as_of, check(mandate, as_of, digests), digest, log)
    with writing(folder, Message("full-or-anothers")):
        _refuse(folder, force)
        names = []
        with new_folder(folder, force=force) as beside:
            beside.chmod(0o755)
            for name, content in artefacts(view):
                (beside / name).write_bytes(content)
                names.append(name)
    return [folder / name for name in names]


def _refuse(folder: Path, force: bool) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise OutputExists("pages-not-a-folder", folder=folder)
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise OutputExists("pages-folder-in-use", folder=folder)
