"""Write docs/reference/commands.*.md and docs/man/*: every command, from the table of commands.

    python docs/commands.py

The table is contrejour.cli.commands. `docs/check.py` fails where a file says something else.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from contrejour import __version__
from contrejour.base import errors
from contrejour.cli.arguments import speak
from contrejour.cli.command import Argument, Command, Given, Option, Switch, explained, walk
from contrejour.cli.commands import COMMANDS

DOCS = Path(__file__).parent
WIDTH = 98
COLUMN = 26
LANGUAGES = ("en", "fr")
TITLES = {
    "en": """# Every command

What `--help` tells of each. What it does in full, with examples, is on its own page.
`man docs/man/contrejour.1` shows all of it in a terminal, and `man contrejour` where the wheel is
installed.

Page written by `python docs/commands.py`. [En français](commands.fr.md).
""",
    "fr": """# Toutes les commandes

Ce que `--help` dit de chacune. Ce qu'elle fait en détail, avec des exemples, est sur sa propre page
(en anglais). `man docs/man/contrejour.fr.1` montre tout cela dans un terminal, de même que
`man contrejour` là où le wheel est installé.

Page écrite par `python docs/commands.py`. [In English](commands.en.md).
""",
}
WORDS = {
    "en": {
        "name": "see what happens, never who",
        "NAME": "NAME", "SYNOPSIS": "SYNOPSIS", "DESCRIPTION": "DESCRIPTION",
        "COMMANDS": "COMMANDS", "EXIT STATUS": "EXIT STATUS", "ENVIRONMENT": "ENVIRONMENT",
        "SEE ALSO": "SEE ALSO",
        "description": "Video protection that de-identifies every picture before anyone sees or "
        "stores it. Each command tells what it takes with --help, and errors end with a status.",
    },
    "fr": {
        "name": "voir ce qui se passe, jamais qui",
        "NAME": "NOM", "SYNOPSIS": "SYNOPSIS", "DESCRIPTION": "DESCRIPTION",
        "COMMANDS": "COMMANDES", "EXIT STATUS": "CODES DE SORTIE",
        "ENVIRONMENT": "ENVIRONNEMENT", "SEE ALSO": "VOIR AUSSI",
        "description": "Une vidéoprotection qui désidentifie chaque image avant que quiconque la "
        "voie ou la garde. Chaque commande dit ce qu'elle prend avec --help, et toute erreur finit "
        "par un code.",
    },
}  # fmt: skip
CODES = {
    0: ("all is done", "tout est fait"),
    1: ("an error that no other code is for", "une erreur sans code plus précis"),
    2: ("the request makes no sense, or a mandate can't be read",
        "la demande n'a pas de sens, ou un mandat ne peut pas être lu"),
    3: ("no such file, or it can't be read", "pas de tel fichier, ou il ne peut pas être lu"),
    4: ("nothing in it", "il est vide"),
    5: ("neither a video nor a picture", "ni une vidéo ni une image"),
    6: ("cut short", "coupé avant sa fin"),
    7: ("a real video that can't be kept exact", "une vraie vidéo, qui ne resterait pas exacte"),
    8: ("the output exists", "la sortie existe"),
    9: ("the output can't be written", "la sortie ne peut pas être écrite"),
    10: ("a mandate that lacks documents", "un mandat auquel il manque des pièces"),
    11: ("a mandate or an act that no text allows",
         "un mandat ou un acte qu'aucun texte ne permet"),
    12: ("another run is writing it", "une autre exécution l'écrit"),
    13: ("a detector can't be made", "un détecteur ne peut pas être construit"),
    14: ("a model is missing or wrong", "un modèle manque ou n'est pas le bon"),
    15: ("a masks file that doesn't fit", "un fichier de masques qui ne convient pas"),
    16: ("a plan or a key that can't be trusted", "un plan ou une clé qui n'est pas sûr"),
    17: ("the mandate, a document or the law ran out", "le mandat, une pièce ou la loi a expiré"),
    18: ("a camera can't be reached", "une caméra ne répond pas"),
    19: ("a sealed file or a key that is not for this",
         "un fichier scellé ou une clé qui n'est pas pour cela"),
    20: ("a log or a proof that doesn't hold", "un journal ou une preuve qui ne tient pas"),
    21: ("an order that is not approved, or spent", "un ordre qui n'est pas approuvé, ou épuisé"),
    130: ("interrupted", "interrompu"),
    141: ("the reader of standard output went away", "plus personne ne lit la sortie standard"),
    143: ("terminated", "arrêté"),
}  # fmt: skip
VARIABLES = {
    "LC_ALL, LC_MESSAGES, LANG": (
        "the first that is set says the language: French where it begins with fr",
        "la première donnée dit la langue : le français si elle commence par fr"),
    "NO_COLOR": ("no colour on a terminal", "pas de couleur sur un terminal"),
    "XDG_CONFIG_HOME": ("where the key is that `keys new` makes (default: ~/.config)",
                        "où est la clé que `keys new` fait (par défaut : ~/.config)"),
    "CONTREJOUR_CACHE, XDG_CACHE_HOME": ("where models are kept (default: ~/.cache)",
                                         "où sont gardés les modèles (par défaut : ~/.cache)"),
    "CONTREJOUR_LOGIN_NAME": ("user:password of the camera NAME",
                              "utilisateur:mot de passe de la caméra NAME"),
    "CONTREJOUR_MQTT_LOGIN": ("user:password of the MQTT broker",
                              "utilisateur:mot de passe du courtier MQTT"),
}  # fmt: skip


def pages() -> dict[Path, str]:
    """Each file and what it has to say."""
    made = {}
    for language in LANGUAGES:
        speak(language)
        suffix = "" if language == "en" else f".{language}"
        made[DOCS / "reference" / f"commands.{language}.md"] = "\n".join(_page(language))
        made[DOCS / "man" / f"contrejour{suffix}.1"] = "\n".join(_manual(language)) + "\n"
    speak("en")
    return made


# What both have


def _synopsis(name: str, command: Command) -> str:
    """`contrejour watch --plan PLAN --site FILE --output DIR [options]`."""
    words = [name]
    if command.commands:
        return f"{name} {command.metavar} …"
    for each in command.arguments:
        if isinstance(each, Option) and each.required:
            words.append(_label(each).rpartition(", ")[2])
    if any(isinstance(each, Switch) or not _is_needed(each) for each in command.arguments):
        words.append("[options]")
    words += [_label(each) for each in command.arguments if isinstance(each, Argument)]
    return " ".join(words)


def _is_needed(given: Given) -> bool:
    return isinstance(given, Argument) or (isinstance(given, Option) and given.required)


def _label(given: Given) -> str:
    """`-o, --output OUT`; an argument as often as it may be there: `INPUT...`, `[FILE]`."""
    if isinstance(given, Switch):
        return ", ".join(given.names)
    values = given.values if isinstance(given, Option) else (given.value,)
    told = " ".join(
        each.metavar or "|".join(given.choices) or given.name.lstrip("-").upper() for each in values
    )
    if isinstance(given, Option):
        return f"{', '.join(given.names)} {told}"
    return {None: "{}", "?": "[{}]", "+": "{}...", "*": "[{}...]"}[given.count].format(told)


def _rows(name: str, command: Command) -> Iterator[tuple[str, str]]:
    """What it takes, or the commands below it, each with what it is for."""
    for argument in sorted(command.arguments, key=lambda each: not isinstance(each, Argument)):
        yield _label(argument), explained(name, argument)
    for below in command.commands:
        yield below.name, explained(name, below)


# Pages


def _page(language: str) -> Iterator[str]:
    yield TITLES[language]
    for name, command in walk(COMMANDS):
        yield f"## `{name}`"
        yield ""
        yield explained(name.rpartition(" ")[0], command)
        yield ""
        yield "```"
        yield from textwrap.wrap(
            _synopsis(name, command), WIDTH, subsequent_indent=" " * (len(name) + 1),
            break_on_hyphens=False, break_long_words=False,
        )  # fmt: skip
        yield ""
        for label, told in _rows(name, command):
            yield from _row(label, told)
        yield "```"
        yield ""


def _row(label: str, told: str) -> Iterator[str]:
    lines = textwrap.wrap(told, WIDTH - COLUMN, break_on_hyphens=False)
    if len(label) > COLUMN - 4:
        yield f"  {label}"
        label = ""
    yield f"  {label:<{COLUMN - 2}}{lines[0]}"
    yield from (" " * COLUMN + line for line in lines[1:])


# The manual: https://man7.org/linux/man-pages/man7/man.7.html


def _manual(language: str) -> Iterator[str]:
    words, place = WORDS[language], LANGUAGES.index(language)
    yield '.\\" Generated by docs/commands.py'
    yield f'.TH CONTREJOUR 1 "" "contrejour {__version__}" "Contrejour"'
    yield f".SH {words['NAME']}"
    yield rf"contrejour \- {_roff(words['name'])}"
    yield f".SH {words['SYNOPSIS']}"
    yield r".B contrejour"
    yield r".I COMMAND"
    yield r"\&..."
    yield f".SH {words['DESCRIPTION']}"
    yield _roff(words["description"])
    yield f".SH {words['COMMANDS']}"
    for name, command in walk(COMMANDS):
        yield f".SS {_roff(name)}"
        yield _roff(explained(name.rpartition(" ")[0], command))
        yield ".PP"
        yield f".B {_roff(_synopsis(name, command))}"
        for label, told in _rows(name, command):
            yield from _item(label, told)
    yield f'.SH "{words["EXIT STATUS"]}"'
    for code, when in sorted(_codes().items()):
        yield from _item(str(code), when[place])
    yield f".SH {words['ENVIRONMENT']}"
    for variable, meaning in VARIABLES.items():
        yield from _item(variable, meaning[place])
    yield f'.SH "{words["SEE ALSO"]}"'
    yield r".BR age (1),"
    yield r".BR ffmpeg (1)"


def _item(label: str, told: str) -> Iterator[str]:
    yield ".TP"
    yield f".B {_roff(label)}"
    yield _roff(told)


def _codes() -> dict[int, tuple[str, str]]:
    """Those of CODES, which has every code of the program, or there is no manual."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.ContrejourError):
            assert kind.exit_code in CODES, kind
    return CODES


def _roff(text: str) -> str:
    """A line of text: nothing in it is a request or a dash that a reader can't copy."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti")
    text = text.replace("`", r"\(ga").replace("'", r"\(aq").replace("^", r"\(ha")
    return rf"\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
