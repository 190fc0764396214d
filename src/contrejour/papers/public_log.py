"""Where the public log is, and the page with which anybody checks that something stands in it."""

from __future__ import annotations

from contrejour.law.mandate import Text
from contrejour.papers.document import Link, Links, Paragraph, Section, both
from contrejour.papers.view import View

VERIFY = "verify.html"
"""Beside the log: the page that `contrejour ledger serve` serves (ledger.server.PAGE)."""


def public_log(view: View) -> tuple[Section, ...]:
    """A section, or nothing where the operator named no log."""
    if view.log is None:
        return ()
    links = (
        (
            Link(Text("Vérifier une preuve", "Check a proof"), both(f"{view.log}/{VERIFY}")),
            Text("sur votre machine, rien n'est envoyé", "on your machine, nothing is sent"),
        ),
        (
            Link(Text("Le journal", "The log"), both(f"{view.log}/checkpoint")),
            Text("son dernier point de contrôle signé", "its last signed checkpoint"),
        ),
    )
    told = Text(
        "Qui tient les clés n'ouvre un original scellé que sur un ordre inscrit dans ce journal, "
        "qui ne peut que grandir. Chaque ordre, chaque ouverture, chaque clé détruite y reste. Il "
        "ne nomme personne.",
        "Who holds the keys opens a sealed original only on an order written in this log, which "
        "can only grow. Every order, every opening, every destroyed key stays in it. It names "
        "nobody.",
    )
    return (Section(Text("Le journal public", "The public log"), (Paragraph(told), Links(links))),)
