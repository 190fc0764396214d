"""A page that says how a log is, for everybody to read: no script, nothing from elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from contrejour.base.messages import rendered

if TYPE_CHECKING:
    from contrejour.custody.ledger.alarms import Alarm
    from contrejour.custody.ledger.verify import TrustedCheckpoint

WORDS = {
    "fr": {
        "title": "Le journal public, surveillé", "fine": "Rien à signaler.", "wrong": "Alarmes",
        "never": "Ce journal n'a encore jamais pu être lu et cru.",
        "size": "{} inscriptions, vues par : {}", "nobody": "personne",
        "read": "Lu le {}. Si c'était il y a plus de {} secondes, plus personne ne surveille.",
    },
    "en": {
        "title": "The public log, watched", "fine": "Nothing to report.", "wrong": "Alarms",
        "never": "This log could never be read and believed yet.",
        "size": "{} entries, seen by: {}", "nobody": "nobody",
        "read": "Read at {}. If that was more than {} seconds ago, nobody watches any more.",
    },
}  # fmt: skip
STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;"
    "max-width:46rem;padding:1.5rem;overflow-wrap:anywhere}.fine,.wrong{font-size:1.25rem;"
    "font-weight:700}.fine::before{content:'✓ '}.wrong::before{content:'✗ '}li{margin:.5rem 0}"
)


def page(
    language: str,
    at: datetime,
    every_s: float,
    seen: TrustedCheckpoint | None,
    alarms: Iterable[Alarm],
) -> bytes:
    """`fr` or `en`, UTF-8. `at`: when the log was read (UTC); it is read again every `every_s`."""
    words = WORDS[language]
    told = [rendered(each.message, language) for each in alarms]
    lines = [words["never"]]
    if seen:
        by = ", ".join(seen.by) or words["nobody"]
        lines = [seen.checkpoint.origin, words["size"].format(seen.checkpoint.size, by)]
    body = [f"<p>{'<br>'.join(map(escape, lines))}</p>"]
    if told:
        body += [f'<p class="wrong">{words["wrong"]}</p>', "<ul>"]
        body += [*(f"<li>{escape(each)}</li>" for each in told), "</ul>"]
    elif seen:
        body.append(f'<p class="fine">{words["fine"]}</p>')
    late_s = int(2 * every_s) + 60
    body.append(f"<p>{words['read'].format(f'{at:%Y-%m-%d %H:%M:%S} UTC', late_s)}</p>")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="{max(5, int(every_s))}">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'unsafe-inline'\"><title>{words['title']}</title><style>{STYLE}</style>"
        f"</head><body><main><h1>{words['title']}</h1>{''.join(body)}</main></body></html>\n"
    ).encode()
