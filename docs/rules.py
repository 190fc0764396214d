"""Write docs/reference/rules.{fr,en}.md from rules.yaml: `python docs/rules.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from contrejour.law.mandate.law import Rule, rulebook
from contrejour.law.mandate.words import day

REFERENCE = Path(__file__).resolve().parent / "reference"
HEAD = {
    "fr": """# Les règles

Ce que `contrejour mandate check` applique : {count} règles, chacune avec son texte, sa source,
ses dates et ce que nous en avons lu, au 23 novembre 2026. **⚠ non vérifiée** : le texte lui-même
n'a pas été lu sur une page officielle, ou sur une page qui le reproduit ; un juriste doit le faire
avant qu'on s'y fie. Ceci n'est pas un avis juridique. Page écrite par `python docs/rules.py`.
""",
    "en": """# The rules

What `contrejour mandate check` applies: {count} rules, each with its text, its source, its dates
and what we read of it, on 23 November 2026. **⚠ not verified**: the text itself was not read on an
official page, or on one that reproduces it; a jurist has to before anyone relies on it. This is
not legal advice. Page written by `python docs/rules.py`.
""",
}
PARTS = {
    "EU": {"fr": "Droit de l'Union", "en": "Law of the Union"},
    "FR": {"fr": "Droit français", "en": "French law"},
    "PR": {"fr": "Nos propres règles, plus strictes", "en": "Our own rules, stricter"},
}
MARKS = {
    "fr": "Marques : F, lu ; S, source secondaire seulement ; M, de mémoire ; H, M, L, confiance.",
    "en": "Marks: F, read; S, secondary source only; M, from memory; H, M, L, confidence.",
}


def page(language: str) -> str:
    """The whole page, in `fr` or `en`."""
    rules = rulebook()
    lines = [HEAD[language].format(count=len(rules)), MARKS[language], ""]
    part = ""
    for name, rule in rules.items():
        if name[:2] != part:
            part = name[:2]
            lines += [f"## {PARTS[part][language]}", ""]
        lines += [*_rule(rule, language), ""]
    return "\n".join(lines)


def _rule(rule: Rule, language: str) -> Iterator[str]:
    french = language == "fr"
    warning = "" if rule.verified else (" ⚠ non vérifiée" if french else " ⚠ not verified")
    yield f"### {rule.id}{warning}"
    yield ""
    yield rule.text.in_(language)
    yield ""
    citation = rule.citation.in_(language)
    yield f"- [{citation}]({rule.link})" if "://" in rule.link else f"- {citation}"
    since, until = day(rule.valid_from), day(rule.valid_until) if rule.valid_until else None
    if french:
        yield f"- du {since.fr} au {until.fr}" if until else f"- depuis le {since.fr}"
    else:
        yield f"- {since.en} to {until.en}" if until else f"- since {since.en}"
    note = rule.note.in_(language)
    yield f"- {rule.mark}" + (f" ({note})" if note else "")


def pages() -> dict[Path, str]:
    """Each page and what it has to say."""
    return {REFERENCE / f"rules.{language}.md": page(language) for language in HEAD}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text)
