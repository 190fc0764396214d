"""Every regular expression of the source, and texts that make a careless one take for ever."""

from __future__ import annotations

import ast
import importlib
import re
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import contrejour

LONGEST = 2_000
"""Characters: the most that a pattern of law/review is given (`lines.LONGEST`)."""
_CPU_S = 4.0
"""A hundred times what the slowest takes; one that goes over its text twice needs hours."""
_CALLS = {"compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer"}
_PUMPS = (
    " ", "a", "A", "1", ".", ",", "-", "'", "(", "()", "|", "\n", "\t", "=", "/", "+", '"', "<",
    ">", "a ", "A ", "1 ", "a, ", "a-", "A-", "A'", "a.", "a' ", "1.", "1 111", "x/",
    "A de ", "A et ",
    "<!---->", "<!--", "<?xml", "a=,", "la ", "la le ", "et de ", "de la ", "cent ", "un et ",
    "rame A, de A", "gare A et de A", "deja ", "aussi ", "nouvelles ", "\u00a0", "[", "n'",
    "a b c ", "ne ", "afin a", "Region ", "Ville de A", "A souhaite ", "article 1 ",
)  # fmt: skip


def patterns() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    """Each by where it stands: compiled ones of the modules, and those written in a call."""
    root = Path(contrejour.__file__).parent
    found: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {}
    for path in sorted(root.rglob("*.py")):
        if "re." not in (text := path.read_text()) and "pattern(" not in text:
            continue
        parts = path.relative_to(root.parent).with_suffix("").parts
        if parts[-1] == "__main__":
            continue
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        for name, value in vars(module).items():
            for at, each in enumerate(_within(value)):
                found[f"{'.'.join(parts)}:{name}[{at}]"] = each
        for node in ast.walk(ast.parse(text)):
            if _is_call(node):
                assert isinstance(node, ast.Call)
                found |= _called(".".join(parts), node, vars(module))
    return found


def _within(value: object, deep: int = 0) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, frozenset)) and deep < 4:
        for each in value:
            yield from _within(each, deep + 1)
    elif type(value).__name__ == "Technology":
        yield from _within((value.words, value.beside), deep + 1)  # type: ignore[attr-defined]


def _is_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in _CALLS
    )


def _called(
    where: str, node: ast.Call, names: dict[str, object]
) -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    try:
        words = eval(compile(ast.Expression(node.args[0]), where, "eval"), dict(names))
    except NameError:  # put together in a function
        return {}
    flags = ("re.I" in ast.unparse(node) and re.IGNORECASE) or re.NOFLAG
    return {f"{where}:{node.lineno}": re.compile(words, flags)}


def attacks(pattern: re.Pattern[str] | re.Pattern[bytes], length: int) -> Iterator[str]:
    """Texts of `length` that begin as it does, repeat what it repeats, and don't end as it does."""
    from re import _parser  # type: ignore[attr-defined]

    words = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin")
    told = dict.fromkeys(_PUMPS)
    heads = {"": None}
    for before, body in _repeats(_parser.parse(words), ""):
        told[body or "a"] = None
        heads[before[-200:]] = None
    pumps = list(told)
    for head in heads:
        for pump in pumps:
            yield (head + pump * (length // len(pump) + 1))[:length] + "\x00"


def _repeats(tree: object, before: str) -> Iterator[tuple[str, str]]:
    """(what leads to it, what it repeats once) of each repetition in a parsed pattern."""
    for code, value in tree:  # type: ignore[attr-defined]
        name = str(code)
        if name.endswith("REPEAT"):
            least, most, body = value
            once = _sample(body)
            if most > 3:
                yield before, once
            yield from _repeats(body, before)
            before += once * min(least, 50)
            continue
        if name == "SUBPATTERN":
            yield from _repeats(value[-1], before)
        elif name == "BRANCH":
            for each in value[1]:
                yield from _repeats(each, before)
        elif name == "ATOMIC_GROUP":
            yield from _repeats(value, before)
        before += _sample([(code, value)])


def _sample(tree: object) -> str:
    """A short text that it matches, nearly."""
    said = ""
    for code, value in tree:  # type: ignore[attr-defined]
        match str(code):
            case "LITERAL":
                said += chr(value)
            case "NOT_LITERAL" | "ANY":
                said += "a" if value != ord("a") else "b"
            case "IN":
                said += _one_of(value)
            case "BRANCH":
                said += _sample(value[1][0])
            case "SUBPATTERN":
                said += _sample(value[-1])
            case "ATOMIC_GROUP":
                said += _sample(value)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                said += _sample(value[2]) * max(1, min(value[0], 50))
    return said


def _one_of(kinds: list[tuple[object, object]]) -> str:
    if str(kinds[0][0]) == "NEGATE":
        said = re.compile("[^" + "".join(re.escape(_literal(*each)) for each in kinds[1:]) + "]")
        return next(each for each in "a1 A-.\n" if said.match(each) or each == "\n")
    return _literal(*kinds[0])


def _literal(code: object, value: object) -> str:
    match str(code):
        case "LITERAL":
            return chr(value)  # type: ignore[arg-type]
        case "RANGE":
            return chr(value[0])  # type: ignore[index]
    return {"DIGIT": "1", "WORD": "a", "SPACE": " ", "NOT_DIGIT": "a", "NOT_WORD": ".",
            "NOT_SPACE": "a"}[str(value).removeprefix("CATEGORY_")]  # fmt: skip


class Endless(Exception):
    """A pattern took more than a hundred times what the slowest of them may."""


def searched_all(pattern: re.Pattern[str], texts: Sequence[str]) -> None:
    for text in texts:
        searched(pattern, text)


def searched(pattern: re.Pattern[str] | re.Pattern[bytes], text: str) -> None:
    """Every match in `text`, by search and from the start alone.

    Raises Endless after so many seconds of this process on a processor: not of time, so that
    it is the same on a machine with other work.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise Endless

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, _CPU_S)
    try:
        given = text if isinstance(pattern.pattern, str) else text.encode("utf-8")
        for _ in pattern.finditer(given):  # type: ignore[arg-type]
            pass
        pattern.fullmatch(given)  # type: ignore[arg-type]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
