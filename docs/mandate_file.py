"""Write docs/reference/mandate-file.md and mandate.schema.json: `python docs/mandate_file.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from contrejour.mandate.law import names
from contrejour.mandate.schema import Mandate
from contrejour.mandate.vocabulary import (
    FORBIDDEN,
    Access,
    Act,
    Article,
    Basis,
    BodyKind,
    DocumentKind,
    PlaceKind,
    Purpose,
)

REFERENCE = Path(__file__).resolve().parent / "reference"
HEAD = """# The words of a mandate / les mots d'un mandat

Closed lists: any other word is an error, but for acts, which are refused with a citation.
Listes fermées : tout autre mot est une erreur, sauf les actes, refusés avec une citation.

Editors that know JSON Schema complete and check a mandate with [this one](mandate.schema.json): put
`# yaml-language-server: $schema=mandate.schema.json` on its first line. Page written by
`python docs/mandate_file.py`.
"""
LISTS: tuple[tuple[str, str, type[StrEnum]], ...] = (
    ("do", "acts / actes", Act),
    ("purpose", "purposes / finalités", Purpose),
    ("what", "places / lieux", PlaceKind),
    ("access", "who may enter / accès", Access),
    ("kind (body)", "who decides / qui décide", BodyKind),
    ("kind (documents)", "documents / pièces", DocumentKind),
    ("basis", "legal basis / base légale", Basis),
    ("articles", "articles of the CPP / articles du CPP", Article),
)


def words() -> str:
    """The page of closed lists."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield HEAD
    for key, title, kind in LISTS:
        yield f"## `{key}`: {title}\n"
        yield "| word | français | English |"
        yield "|---|---|---|"
        for word in kind:
            said = names(word)
            only = " ✗" if word in FORBIDDEN else ""
            plain = ("", "") if said.fr == word == said.en else (said.fr, said.en)
            yield f"| `{word}`{only} | {plain[0]} | {plain[1]} |"
        yield ""
    yield "✗ named only to be refused: no code exists for it / nommé pour être refusé : aucun code."
    yield ""


def pages() -> dict[Path, str]:
    """Each file and what it has to say."""
    schema = json.dumps(Mandate.model_json_schema(), indent=1, ensure_ascii=False)
    return {
        REFERENCE / "mandate-file.md": words(),
        REFERENCE / "mandate.schema.json": schema + "\n",
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text)
