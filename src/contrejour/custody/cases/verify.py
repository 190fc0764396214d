"""VERIFY.txt: how a stranger checks a bag, with tools that are none of ours.

Each command is tried in the tests. Ed25519 keys are wrapped for OpenSSL as RFC 8410 has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote

from contrejour.custody.cases.order import Order
from contrejour.custody.cases.signed import CONTEXT, Word


def text(
    order: Order, words: Iterable[Word], sealed: Iterable[str], proofs: Iterable[Sequence[str]]
) -> bytes:
    """What to type in the bag's folder; English, then French, before each command.

    `sealed`: names below data/ that are age files. `proofs`: the commands of each (proven.py).
    """
    parts = [
        "Run these in this folder. / À lancer dans ce dossier.\n\n    T=$(mktemp -d)",
        _step(
            "Every file is the one that was handed over.",
            "Chaque fichier est celui qui a été remis.",
            "sha256sum --check --quiet manifest-sha256.txt",
            "sha256sum --check --quiet tagmanifest-sha256.txt",
        ),
        _step(
            "The order has this number, in the log and in each signature.",
            "L'ordre a ce numéro, dans le journal et dans chaque signature.",
            "(printf '\\0'; cat custody/order.json) | sha256sum",
            f"# {order.id}",
        ),
    ]
    for word in words:
        parts.append(_signed(word))
    if commands := [f"age --decrypt -i KEY -o OUT.mp4 {quote(f'data/{name}')}" for name in sealed]:
        parts.append(_step(
            "The files are for one key alone (age-encryption.org): KEY is yours.",
            "Les fichiers sont pour une seule clé (age-encryption.org) : KEY est la vôtre.",
            *commands,
        ))  # fmt: skip
    for told in proofs:
        parts.append(_step(
            "It was in a witnessed log: c2sp.org/tlog-proof.",
            "C'était dans un journal attesté : c2sp.org/tlog-proof.",
            *told,
        ))  # fmt: skip
    return ("\n\n".join(parts) + "\n").encode()


def _step(english: str, french: str, *commands: str) -> str:
    return "\n".join([f"{english} / {french}", "", *(f"    {each}" for each in commands)])


def signature(key: str, sig: str) -> tuple[str, ...]:
    """Whether `$T/said` was signed by an Ed25519 key; both in hexadecimal."""
    return (
        f"echo 302a300506032b6570032100{key} | xxd -r -p > $T/key",
        f"echo {sig} | xxd -r -p > $T/sig",
        "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey $T/key -in $T/said "
        "-sigfile $T/sig",
    )


def _signed(word: Word) -> str:
    context = CONTEXT[word.act].decode()
    return _step(
        f"{word.role} signed it: {word.act.value}.",
        f"{word.role} l'a signé : {word.act.value}.",
        f"(printf {context}; echo {word.order} | xxd -r -p) > $T/all",
        "openssl dgst -sha256 -binary $T/all > $T/said",
        *signature(word.key, word.sig),
        "tail -c 32 $T/key | sha256sum",
        f"# the keyid that custody/open.policy has for {word.role}",
    )  # fmt: skip
