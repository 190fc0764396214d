"""VERIFY.txt: how a stranger checks a bag, with tools that are none of ours.

Each command is tried in the tests. Ed25519 keys are wrapped for OpenSSL as RFC 8410 has them. A
log's proof is followed up to the witnesses' keys: the hashes on the way are the proof's own, and
whether they lead to the root that log and witnesses signed is what the commands find out
(RFC 9162, 2.1.3.2; c2sp.org/tlog-proof, tlog-cosignature).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from shlex import quote

from contrejour.base.errors import ContrejourError
from contrejour.custody import note
from contrejour.custody.cases.order import Order
from contrejour.custody.cases.signed import CONTEXT, Word
from contrejour.custody.ledger import proof
from contrejour.custody.ledger.tree import sides
from contrejour.custody.ledger.verify import Trust, check_entry, read_trust
from contrejour.custody.note import Key, Signature


def text(
    order: Order, words: Iterable[Word], sealed: Iterable[str], proofs: Iterable[Sequence[str]]
) -> bytes:
    """What to type in the bag's folder; English, then French, before each command.

    `sealed`: names below data/ that are age files. `proofs`: the commands of each, from `commands`.
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


H = "${h}"
"""The hash so far, in the shell."""


def commands(name: str, data: bytes, custody: Mapping[str, bytes]) -> Sequence[str]:
    """What to type for `proofs/NAME`: of which file of custody/ it is, by `custody`'s own policy.

    Where it is of none of them, only a comment that says so.
    """
    try:
        trust = read_trust(custody["witness.policy"].decode())
    except (ContrejourError, UnicodeDecodeError):
        return (f"# proofs/{name}",)
    for entry, told in custody.items():
        try:
            seen = check_entry(told, data, trust)
        except ContrejourError:
            continue
        return _followed(name, entry, proof.parse(data), seen.checkpoint.size, trust)
    return (f"# proofs/{name}: of no file of custody/",)


def _followed(name: str, entry: str, told: proof.Proof, size: int, trust: Trust) -> Sequence[str]:
    way = zip(told.hashes, sides(told.index, size, len(told.hashes)), strict=True)
    return (
        f"# entry {told.index} of {size}: custody/{entry}",
        f"h=$( (printf '\\0'; cat custody/{entry}) | sha256sum | cut -c1-64)",
        *(_above(*((each.hex(), H) if before else (H, each.hex()))) for each, before in way),
        f"sed '1,/^$/d' {quote(f'proofs/{name}')} | sed '/^$/,$d' > $T/tree",
        "sed -n 3p $T/tree | base64 -d | xxd -p -c 32 | grep -x $h",
        *(line for key, each in _by(told, trust) for line in _cosigned(key, each)),
    )


def _above(left: str, right: str) -> str:
    return f"h=$(echo 01{left}{right} | xxd -r -p | sha256sum | cut -c1-64)"


def _by(told: proof.Proof, trust: Trust) -> list[tuple[Key, Signature]]:
    known = {(key.name, key.id): key for key in (*trust.logs, *trust.witnesses.values())}
    lines = told.checkpoint.signatures
    return [(known[each.name, each.id], each) for each in lines if (each.name, each.id) in known]


def _cosigned(key: Key, line: Signature) -> Sequence[str]:
    """The key is what custody/witness.policy says: compare that with the one that was published."""
    said = f"# {key}"
    if key.kind == note.MLDSA:
        return (f"{said[:80]}...: ML-DSA-44, not tried here",)
    if key.kind == note.ED25519:
        return said, "cp $T/tree $T/said", *signature(key.public.hex(), line.data.hex())
    time_s, data = int.from_bytes(line.data[:8], "big"), line.data[8:]
    text = f"(printf 'cosignature/v1\\ntime {time_s}\\n'; cat $T/tree) > $T/said"
    return said, text, *signature(key.public.hex(), data.hex())
