"""The pages: every camera at a glance, and a player. French or English, as the browser asks.

Written whole on this side but for the states, which the script asks for every five seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from importlib.resources import files

from contrejour.live.pages.answer import Answer, PageRequest, nothing
from contrejour.live.pages.health import CameraHealth

KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
         "svg": "image/svg+xml"}  # fmt: skip
STATIC = ("site.css", "icon.svg", "overview.js", "player.js", "parse.js")
WORDS = {
    "fr": {
        "title": "Caméras voilées", "never": "Voir ce qui se passe, jamais qui.",
        "all": "Toutes les caméras", "still": "Dernière image voilée de",
        "none": "Aucune caméra.", "delay": "Retard :", "play": "Lire",
        "live": "en direct", "closed": "fermée par le plan", "expired": "plan échu",
        "stopped": "arrêtée", "away": "absente", "silent": "sans image nouvelle",
        "unknown": "le serveur ne répond pas", "unplayable": "ce navigateur ne lit pas ce codec",
        "log": "Ce qui fut ouvert est au journal public",
    },
    "en": {
        "title": "Veiled cameras", "never": "See what happens, never who.",
        "all": "All cameras", "still": "Newest veiled picture of",
        "none": "No camera.", "delay": "Delay:", "play": "Play",
        "live": "live", "closed": "closed by the plan", "expired": "plan ended",
        "stopped": "stopped", "away": "away", "silent": "no new picture",
        "unknown": "the server does not answer", "unplayable": "this browser can't play this codec",
        "log": "What was opened stands in the public log",
    },
}  # fmt: skip


def language(header: str) -> str:
    """`fr` or `en`, the one of them that Accept-Language (RFC 9110, 12.5.4) wants more."""
    weights = {"fr": 0.0, "en": 0.0}
    for part in header.lower().split(",")[:20]:
        found = re.fullmatch(
            r"\s*(fr|en)(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*", part
        )
        if found:
            weights[found[1]] = max(weights[found[1]], float(found[2] or 1))
    return "fr" if weights["fr"] > weights["en"] else "en"


def overview(
    states: Mapping[str, CameraHealth], asked: PageRequest, log: str | None = None
) -> Answer:
    """Every camera, its still and its state."""
    tongue = language(asked.headers.get("accept-language", ""))
    words = WORDS[tongue]
    cards = "".join(
        f'<li><a href="/{name}/" data-camera="{name}"><img src="/{name}/still.jpg" '
        f'alt="{escape(words["still"])} {name}" width="480" height="270" loading="lazy">'
        f'<span class="name">{name}</span> <span class="state {each.name}">{words[each.name]}'
        "</span></a></li>"
        for name, each in ((escape(name), each) for name, each in states.items())
    )
    body = f'<ul class="cameras">{cards}</ul>' if cards else f"<p>{words['none']}</p>"
    return _page(tongue, words["title"], f"<h1>{words['title']}</h1>{body}", "overview.js", log)


def player(name: str, asked: PageRequest, log: str | None = None) -> Answer:
    """One camera, as it goes on."""
    tongue = language(asked.headers.get("accept-language", ""))
    words, camera = WORDS[tongue], escape(name)
    body = (
        f'<p><a href="/">{words["all"]}</a></p><h1>{camera} '
        f'<span class="state" role="status">{words["away"]}</span></h1>'
        f'<video data-camera="{camera}" poster="still.jpg" autoplay muted playsinline controls '
        f'aria-label="{camera}"></video>'
        f'<p class="delay">{words["delay"]} <output>-</output> s</p>'
    )
    return _page(tongue, f"{camera} · {words['title']}", body, "player.js", log)


def static(name: str) -> Answer:
    """Script and style: ours, and nothing from elsewhere."""
    if name not in STATIC:
        return nothing(404)
    data = (files("contrejour.live.pages") / "static" / name).read_bytes()
    return Answer(200, data, KINDS[name.rpartition(".")[2]], {"Cache-Control": "no-cache"})


def _page(tongue: str, title: str, body: str, script: str, log: str | None) -> Answer:
    said = WORDS[tongue]["log"]
    link = f' · <a href="{escape(log)}/verify.html" rel="noreferrer">{said}</a>' if log else ""
    words = escape(json.dumps(WORDS[tongue], ensure_ascii=False))
    text = (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/-/icon.svg"><link rel="stylesheet" href="/-/site.css">'
        f'<script type="module" src="/-/{script}"></script></head>'
        f'<body data-words="{words}"><main>{body}</main>'
        f"<footer>Contrejour · {WORDS[tongue]['never']}{link}</footer></body></html>"
    )
    headers = {"Content-Language": tongue, "Vary": "Accept-Language"}
    return Answer(200, text.encode(), "text/html; charset=utf-8", headers)
