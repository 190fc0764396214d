"""A log's proof as commands of standard tools: a stranger follows it up to the witnesses' keys.

The hashes on the way are the proof's own; whether they lead to the root that log and witnesses
signed is what the commands find out. RFC 9162, 2.1.3.2; c2sp.org/tlog-proof, tlog-cosignature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

from contrejour.base.errors import ContrejourError
from contrejour.custody import note
from contrejour.custody.cases.verify import signature
from contrejour.custody.ledger import proof
from contrejour.custody.ledger.tree import sides
from contrejour.custody.ledger.verify import Trust, check_entry, read_trust
from contrejour.custody.note import Key, Signature

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
        *(line for key, each in _by(told, trust) for line in _signed(key, each)),
    )


def _above(left: str, right: str) -> str:
    return f"h=$(echo 01{left}{right} | xxd -r -p | sha256sum | cut -c1-64)"


def _by(told: proof.Proof, trust: Trust) -> list[tuple[Key, Signature]]:
    known = {(key.name, key.id): key for key in (*trust.logs, *trust.witnesses.values())}
    lines = told.checkpoint.signatures
    return [(known[each.name, each.id], each) for each in lines if (each.name, each.id) in known]


def _signed(key: Key, line: Signature) -> Sequence[str]:
    """The key is what custody/witness.policy says: compare that with the one that was published."""
    said = f"# {key}"
    if key.kind == note.MLDSA:
        return (f"{said[:80]}...: ML-DSA-44, not tried here",)
    if key.kind == note.ED25519:
        return said, "cp $T/tree $T/said", *signature(key.public.hex(), line.data.hex())
    time_s, data = int.from_bytes(line.data[:8], "big"), line.data[8:]
    text = f"(printf 'cosignature/v1\\ntime {time_s}\\n'; cat $T/tree) > $T/said"
    return said, text, *signature(key.public.hex(), data.hex())
