"""Write docs/reference/mandate-file.md and mandate.schema.json: `python docs/mandate_file.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from contrejour.law.mandate.law import names
from contrejour.law.mandate.originals import LIMITS, MOST_CAMERA_MINUTES, WINDOWS
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.schema import Mandate, SealingTerms
from contrejour.law.mandate.vocabulary import (
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


NUMBERS = {
    "window": ("what opens together; one of the two", "ce qui s'ouvre ensemble ; l'une des deux"),
    "horizon": ("by how much clocks may be ahead: keys die so much earlier",
                "avance que peut avoir une horloge : les clés meurent d'autant plus tôt"),
    "cooling_off": ("from an order to its use, unless urgent", "attente d'un ordre, hors urgence"),
    "order_lasts": ("how long an order may be used", "durée d'un ordre"),
    "cosignature_age": ("of a witness, that is believed", "âge d'une contresignature admise"),
    "hold_lasts": ("how long a hold keeps something", "durée d'une conservation"),
    "camera_minutes": ("that a party peels a day", "qu'une partie ouvre par jour"),
}  # fmt: skip
ABOUT_NUMBERS = """## `originals`: numbers / nombres

How what is sealed is opened; each may be left out. No mandate is read beyond these limits.
Comment s'ouvre ce qui est scellé ; chacun est facultatif. Au-delà des limites, rien n'est lu.

| key | default | from | to | English | français |
|---|---|---|---|---|---|"""

ABOUT_POLICIES = """
`open_policy`, `witness_policy`: SHA-256 of the files that say [who opens](seal.md#contrejour-seal)
and who witnesses the log. They are voted: `mandate compile --policy FILE --witnesses FILE` takes no
others, and no recorder seals and no party opens by others. Without them nothing is sealed.
SHA-256 des fichiers qui disent qui ouvre et qui atteste. Ils sont votés : rien n'est scellé ni
ouvert selon d'autres, et sans eux rien n'est scellé.
"""


def _numbers() -> Iterator[str]:
    yield ABOUT_NUMBERS
    minutes = {"camera_minutes": (1, MOST_CAMERA_MINUTES)}
    for name, value in SealingTerms():
        if name not in NUMBERS:
            continue
        times = {"window": WINDOWS, **LIMITS}
        least, most = minutes.get(name) or (
            Period(seconds=int(each.total_seconds())) for each in times[name]
        )
        said = " | ".join(NUMBERS[name])
        yield f"| `{name}` | `{value}` | `{least}` | `{most}` | {said} |"
    yield ABOUT_POLICIES


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
    yield from _numbers()
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
