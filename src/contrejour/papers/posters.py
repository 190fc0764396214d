"""The list of posters, with a slot for the photograph of each in place (rules EU-16, FR-10)."""

from __future__ import annotations

from contrejour.law.mandate import Text
from contrejour.papers.document import (
    Blank,
    Block,
    Link,
    Links,
    Paragraph,
    PublicDocument,
    Section,
    both,
)
from contrejour.papers.dpia import NONE
from contrejour.papers.notice import notice
from contrejour.papers.typography import unprintable
from contrejour.papers.view import View, place_title, source


def posters(view: View) -> PublicDocument:
    """Per place: the files to print, where they hang, since when, the photographs."""
    return PublicDocument(
        name="affiches",
        title=Text("Affiches, lieu par lieu", "Posters, place by place"),
        lead=Text(
            "À imprimer au format A4 et à poser à chaque entrée, à hauteur d'yeux. "
            "Photographiez chaque affiche en place : c'est la preuve d'affichage.",
            "To print on A4 and hang at each entrance, at eye level. "
            "Photograph each poster in place: that is the proof of the notices.",
        ),
        blocks=tuple(_place(view, name) for name in view.places),
        source=source(view),
        draft=view.draft,
    )


def _place(view: View, name: str) -> Section:
    files = Links(
        tuple(
            (
                Link(
                    both(f"affiche-{name}.{language}.{kind}"),
                    both(f"affiche-{name}.{language}.{kind}"),
                ),
                told,
            )
            for language, told in (
                ("fr", Text("en français", "in French")),
                ("en", Text("en anglais", "in English")),
            )
            for kind in ("pdf", "png")
        )
    )
    blocks: list[Block] = [files]
    if missing := _unprintable(view, name):
        blocks.append(
            Paragraph(
                Text(
                    f"⟦La police de l'affiche ne sait pas tracer : {missing} (¤ à la place)⟧",
                    f"⟦The poster's font can't draw: {missing} (¤ in their place)⟧",
                )
            )
        )
    where = Text("Où, posée le, par", "Where, hung on, by")
    blocks += [
        Blank(where, NONE, 4),
        Blank(Text("Photographie de l'affiche en place", "Photograph in place"), NONE, frame=True),
        Blank(Text("Photographie, autre entrée", "Photograph, other entrance"), NONE, frame=True),
    ]
    return Section(place_title(view, name), tuple(blocks))


def _unprintable(view: View, name: str) -> str:
    told = notice(view, name)
    texts = [told.title, told.controller, told.contact, told.dpo, told.where_to_ask]
    texts += [each for doing in told.doings for each in (doing.what, doing.when, doing.viewers)]
    missing = "".join(said.fr for said in texts).replace("⟦", "").replace("⟧", "")
    return " ".join(unprintable(missing))
