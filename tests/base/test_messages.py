"""A message is an id and values; a catalogue makes a sentence of it, and leaves values alone."""

from __future__ import annotations

import ast
import gettext
import io
import pickle
import shutil
import string
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fakes.runs import run

import contrejour
from contrejour.base import catalogue, errors
from contrejour.base.errors import CameraRefused, OutputExists, SealError
from contrejour.base.messages import Message, as_json, of_json, rendered, verbatim
from contrejour.cli import parser
from contrejour.cli.command import WORDS, walk
from contrejour.cli.commands import COMMANDS

SOURCE = Path(contrejour.__file__).parent
READ = {
    language: catalogue.read(catalogue.source(language).read_text("utf-8"))
    for language in catalogue.LANGUAGES
}
ERRORS = {
    name for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.ContrejourError)
}  # fmt: skip
FRENCH = {"LC_ALL": "fr_FR.UTF-8"}


# A value stays what it is.


@pytest.mark.parametrize("value", ["sealing goes on", "the plan", "it happened", "{path}", "%s"])
def test_a_value_that_reads_like_a_sentence_of_ours_stays_as_it_is(value: str) -> None:
    told = Message("does-not-exist", path=Path(value))
    assert rendered(told, "fr") == f"{value} n'existe pas"
    assert rendered(told, "en") == f"{value} does not exist"


def test_a_file_that_is_called_like_a_sentence_keeps_its_name_in_french(tmp_path: Path) -> None:
    done = run("veil", "sealing goes on", cwd=tmp_path, env=FRENCH)
    assert "contrejour: error: sealing goes on n'existe pas\n" in done.stderr


def test_a_value_that_is_a_message_is_rendered_in_the_same_language() -> None:
    ended = Message("camera-again", error=Message("camera-silent", camera="x"), seconds=1.0)
    assert rendered(ended, "en") == "x went silent: again in 1 s"
    assert rendered(ended, "fr") == "x ne dit plus rien : nouvel essai dans 1 s"


def test_what_is_in_no_catalogue_is_shown_as_it_is() -> None:
    assert rendered(Message("{odd", path="x"), "fr") == "{odd"


# What errors carry.


def test_an_error_has_its_sentence_its_hint_and_its_values() -> None:
    error = OutputExists("output-exists", out=Path("a.mp4"))
    assert str(error) == "a.mp4 exists"
    assert error.hint == "--force replaces it, -o writes elsewhere"
    assert error.message == Message("output-exists", out=Path("a.mp4"))


def test_a_hint_of_its_own_comes_before_the_usual_one() -> None:
    assert SealError("not-a-keyset").hint.startswith("nothing was opened or changed")
    assert SealError("not-an-age-file").hint.startswith("it begins with")
    assert SealError("not-an-age-file", hint=verbatim("x")).hint == "x"


def test_an_error_reads_no_catalogue_before_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(language: str) -> gettext.NullTranslations:
        raise AssertionError("in a decoder's sandbox no file can be opened")

    monkeypatch.setattr("contrejour.base.messages.catalogue", closed)
    assert CameraRefused("login-refused", camera="x").message.id == "login-refused"


def test_an_error_goes_from_one_process_to_another() -> None:
    sent = CameraRefused("another-protocol", camera="x", protocol="RTSP")
    sent.others = (CameraRefused("login-refused", camera="y"),)
    came = pickle.loads(pickle.dumps(sent))
    assert (type(came), came.message, came.hint) == (CameraRefused, sent.message, sent.hint)
    assert [str(other) for other in came.others] == ["y refuses the user or the password"]


def test_a_message_is_told_as_json_and_read_again() -> None:
    told = Message("camera-again", error=Message("camera-silent", camera="x"), seconds=2)
    assert of_json(as_json(told)) == told
    assert as_json(Message("x", day=date(2027, 2, 12), path=Path("p"), n=1, none=None)) == {
        "id": "x", "values": {"day": "2027-02-12", "path": "p", "n": 1, "none": None},
    }  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [None, "x", {"id": 1, "values": {}}, {"id": "no-such", "values": {}}, {"id": "run-interrupted"},
     {"id": "does-not-exist", "values": {}}, {"id": "does-not-exist", "values": {"path": [1]}},
     {"id": "camera-again", "values": {"error": "x", "seconds": "1"}},
     {"id": "", "values": {}},
     {"id": "camera-again", "values": {"error": "x", "seconds": float("inf")}},
     {"id": "verbatim", "values": {"text": {"id": "verbatim", "values": {"text": float("nan")}}}}],
)  # fmt: skip
def test_what_is_no_message_of_ours_is_refused(told: object) -> None:
    with pytest.raises(ValueError, match=r"not a message|format code"):
        of_json(told)


# The catalogues, and the ids in the source.


def fields(text: str) -> set[tuple[str, str, str]]:
    """The fields of a template: name, format and conversion."""
    parsed = string.Formatter().parse(text)
    return {(name, spec or "", how or "") for _, name, spec, how in parsed if name is not None}


def names(key: str) -> set[str]:
    """The fields of a message and of its hint."""
    texts = [*READ["en"].get(key, ()), *READ["en"].get(f"{key}.hint", ())]
    return {name for text in texts for name, _, _ in fields(text)}


def calls() -> Iterator[tuple[str, str, set[str] | None]]:
    """Where, the id, and the values, of each message in the source; None: not told there."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            told = node.args[1:] if name in SECOND else node.args if name in FIRST else []
            given = {key.arg for key in node.keywords} - {"hint", "code"}
            first = told[0] if told else None
            parts = {ast.IfExp: ("body", "orelse")}.get(type(first), ())
            for chosen in [getattr(first, part) for part in parts] or [first]:
                if isinstance(chosen, ast.Constant) and isinstance(chosen.value, str):
                    where = f"{path.relative_to(SOURCE)}:{node.lineno}"
                    yield where, chosen.value, None if None in given else given


SECOND = {"wrong", "fine", "doubtful", "failing"}
FIRST = ERRORS | {"Message", "said", "gone", "Fault", "NoKey"}
ELSEWHERE = {kind.usual for kind in vars(errors).values() if getattr(kind, "usual", "")} | {
    *WORDS.values(), *(key for key, _ in parser.SENTENCES),
}  # fmt: skip
"""Ids that stand in tables, or in an error's class."""
HELP = {
    f"help {name.removeprefix('contrejour ')}": text
    for command, one in walk(COMMANDS)
    for name, text in [(command, one.help), *((f"{command} {each.name}", each.help)
                                              for each in one.arguments)]
}  # fmt: skip
"""What the table of commands says in English."""


def test_every_message_in_the_source_is_in_the_catalogue_and_none_is_unused() -> None:
    used = {key for _, key, _ in calls()} | ELSEWHERE
    assert [(where, key) for where, key, _ in calls() if key not in READ["en"]] == []
    hints = {f"{key}.hint" for key in used}
    assert sorted(READ["en"].keys() - used - hints - {""}) == []


def test_every_language_has_the_same_messages_with_the_same_fields() -> None:
    assert sorted(READ["fr"].keys() ^ (READ["en"].keys() | HELP.keys())) == []
    differing = [
        key for key in READ["en"].keys() - {""}
        if {frozenset(fields(text)) for text in READ["en"][key]}
        != {frozenset(fields(text)) for text in READ["fr"][key]}
    ]  # fmt: skip
    assert differing == []
    assert [key for key in HELP if fields(READ["fr"][key][0])] == []


def test_the_values_at_every_call_are_the_fields_of_its_message() -> None:
    told = [each for each in calls() if each[1] in READ["en"]]
    assert len(told) > 600
    assert [each for each in told if each[2] is not None and each[2] != names(each[1])] == []


def test_catalogues_are_sorted_and_no_template_is_its_id() -> None:
    for found in READ.values():
        order = [key.partition(".hint")[0] for key in found if key]
        assert order == sorted(order)
        assert [key for key, texts in found.items() if key in texts] == []


# The formats: read by us as by others.


def test_another_reader_of_catalogues_reads_the_same(tmp_path: Path) -> None:
    if not shutil.which("msgfmt"):
        pytest.skip("no msgfmt here (gettext)")
    for language, found in READ.items():
        theirs = tmp_path / f"{language}.mo"
        subprocess.run(["msgfmt", "-o", theirs, catalogue.source(language)], check=True)
        with theirs.open("rb") as file:
            expected = gettext.GNUTranslations(file)
        ours = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(found)))
        for key, texts in found.items():
            for count in (0, 1, 2, 5):
                assert ours.ngettext(key, key, count) == expected.ngettext(key, key, count)
            assert (
                ours.gettext(key) == expected.gettext(key) == (texts[0] if len(texts) == 1 else key)
            )


def test_a_count_chooses_the_form_of_the_plural(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\nmsgid "keys"\nmsgid_plural "keys"\n'
        'msgstr[0] "{count} clé"\nmsgstr[1] "{count} "\n"clés"\n'
    )
    made = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(catalogue.read(text))))
    monkeypatch.setattr("contrejour.base.messages.catalogue", lambda language: made)
    told = [rendered(Message("keys", count=count), "fr") for count in (0, 1, 2)]
    assert told == ["0 clé", "1 clé", "2 clés"]


@pytest.mark.parametrize(
    "text",
    ["msgid a\n", 'msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n', '#, fuzzy\nmsgid "a"\n',
     'msgctxt "x"\nmsgid "a"\nmsgstr "b"\n', 'msgid "a"\n'],
)  # fmt: skip
def test_what_is_no_catalogue_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line \d+|is there twice"):
        catalogue.read(text)
