"""The page that checks a proof in a browser: without a server, and against a log of other code."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.browser import Page, chromium

PAGE = Path(str(files("contrejour.custody.ledger") / "verify.html"))
LEAVES = [f"entry {number}".encode() for number in range(11)]
ORIGIN, WITNESSES = "log.example/2027", ("w1", "w2", "w3")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def tree(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is defined there."""
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", tree(leaves[:half]), tree(leaves[half:]))


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path(index, leaves[:half]), tree(leaves[half:])]
    return [*path(index - half, leaves[half:]), tree(leaves[:half])]


@dataclass(frozen=True)
class Key:
    """A key of a signed note: type 1 is a log's, 4 a witness's."""

    name: str
    kind: int
    secret: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.secret.public_key().public_bytes_raw()

    @property
    def _id(self) -> bytes:
        return sha(self.name.encode(), b"\n", self._typed)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self._id.hex()}+{b64(self._typed)}"

    def line(self, body: str, at_s: int = 1_800_000_000) -> str:
        if self.kind == 1:
            return f"— {self.name} {b64(self._id + self.secret.sign(body.encode()))}\n"
        signature = self.secret.sign(f"cosignature/v1\ntime {at_s}\n{body}".encode())
        return f"— {self.name} {b64(self._id + struct.pack('>Q', at_s) + signature)}\n"


LOG = Key(ORIGIN, 1)
SEEN = {name: Key(f"{name}.example", 4) for name in WITNESSES}


@dataclass(frozen=True)
class Shown:
    """What the page is given."""

    entry: bytes = LEAVES[6]
    index: int = 6
    hashes: tuple[bytes, ...] = tuple(path(6, LEAVES))
    size: int = len(LEAVES)
    root: bytes = tree(LEAVES)
    log: Key = LOG
    witnesses: tuple[str, ...] = ("w1", "w3")
    policy: str = ""
    forged: str = ""

    @property
    def proof(self) -> str:
        body = f"{ORIGIN}\n{self.size}\n{b64(self.root)}\n"
        signed = self.log.line(body) + "".join(SEEN[name].line(body) for name in self.witnesses)
        hashes = "".join(b64(each) + "\n" for each in self.hashes)
        text = f"c2sp.org/tlog-proof@v1\nindex {self.index}\n{hashes}\n{body}\n{signed}"
        return text + self.forged

    @property
    def rules(self) -> str:
        known = "".join(f"witness {name} {key.vkey}\n" for name, key in SEEN.items())
        return self.policy or f"log {LOG.vkey}\n{known}group g 2 w1 w2 w3\nquorum g\n"


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def verdict(page: Page, folder: Path, shown: Shown, language: str = "en") -> tuple[str, list[str]]:
    """The class of the verdict, and what stands below it."""
    page.open(PAGE.as_uri(), language)
    root = page.ask("DOM.getDocument")["root"]["nodeId"]
    given = {"policy": shown.rules.encode(), "proof": shown.proof.encode(), "entry": shown.entry}
    for name, data in given.items():
        (folder / name).write_bytes(data)
        node = page.ask("DOM.querySelector", nodeId=root, selector=f"#{name}")["nodeId"]
        page.ask("DOM.setFileInputFiles", nodeId=node, files=[str(folder / name)])
    done = "document.querySelector('#verdict').className"
    asked = f"""new Promise((done) => {{
        const look = () => {done} ? done({done}) : setTimeout(look, 5); look(); }})"""
    found = page.run(asked)
    steps = page.run("[...document.querySelectorAll('#steps li')].map((each) => each.textContent)")
    assert page.complaints() == []
    return found, steps


def test_a_proof_that_two_of_three_witnesses_signed_holds(page, tmp_path):
    found, steps = verdict(page, tmp_path, Shown())
    assert found == "fine"
    assert steps[:3] == [
        f"the log signed this checkpoint: {ORIGIN}, 11 entries",
        "the path leads from the entry, number 6, to the checkpoint",
        "enough witnesses saw the log grow: w1, w3",
    ]
    assert "2027" in steps[3]
    assert page.run("document.querySelector('#shown').textContent") == "entry 6"


@pytest.mark.parametrize("index", range(len(LEAVES)))
def test_every_entry_has_its_path(page, tmp_path, index):
    shown = Shown(LEAVES[index], index, tuple(path(index, LEAVES)))
    assert verdict(page, tmp_path, shown)[0] == "fine"


def flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


GOOD = Shown()
STRANGER = Key(ORIGIN, 1)
ATTACKS = {
    "another entry": replace(GOOD, entry=b"entry 7"),
    "a bit of the entry": replace(GOOD, entry=flipped(GOOD.entry)),
    "a bit of the path": replace(GOOD, hashes=(flipped(GOOD.hashes[0]), *GOOD.hashes[1:])),
    "a path too short": replace(GOOD, hashes=GOOD.hashes[:-1]),
    "a path too long": replace(GOOD, hashes=(*GOOD.hashes, GOOD.hashes[0])),
    "another number": replace(GOOD, index=7),
    "a number beyond the tree": replace(GOOD, index=11),
    "another root, signed by all": replace(GOOD, root=flipped(GOOD.root)),
    "a root of its own for an entry of its own, by a stranger": Shown(
        b"x", 0, (), 1, tree([b"x"]), STRANGER
    ),
    "one witness of the two": replace(GOOD, witnesses=("w2",)),
    "one witness twice": replace(GOOD, witnesses=("w2", "w2")),
    "a witness under two names": replace(
        GOOD,
        policy=f"log {LOG.vkey}\nwitness a {SEEN['w1'].vkey}\nwitness b {SEEN['w1'].vkey}\n"
        "group g 2 a b\nquorum g\n",
    ),
    "a witness in two groups": replace(
        GOOD,
        policy=f"log {LOG.vkey}\nwitness a {SEEN['w1'].vkey}\ngroup g any a\ngroup h all g a\n"
        "quorum h\n",
    ),
    "no quorum": replace(GOOD, policy=f"log {LOG.vkey}\n"),
    "no log": replace(GOOD, policy=f"witness a {SEEN['w1'].vkey}\nquorum a\n"),
    "something behind the signatures": replace(GOOD, forged="anything\n"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_else_is_believed(page, tmp_path, attack):
    assert verdict(page, tmp_path, ATTACKS[attack])[0] == "wrong"


def test_a_post_quantum_witness_is_known_and_counts_for_nothing_here(page, tmp_path):
    typed = b"\x06" + bytes(1312)
    id_ = sha(b"pq.example\n", typed)[:4]
    vkey = f"pq.example+{id_.hex()}+{b64(typed)}"
    line = "".join(f"— pq.example {b64(id_ + bytes(size))}\n" for size in (2428, 72))
    for least, expected in ((2, "fine"), (3, "wrong")):
        policy = f"{GOOD.rules.splitlines()[0]}\nwitness p {vkey}\nwitness w1 {SEEN['w1'].vkey}\n"
        policy += f"witness w3 {SEEN['w3'].vkey}\ngroup g {least} p w1 w3\nquorum g\n"
        found, steps = verdict(page, tmp_path, replace(GOOD, policy=policy, forged=line))
        assert found == expected
        assert steps[2].endswith(": w1, w3; not counted, since this page can't check ML-DSA: p")


def test_signatures_of_strangers_are_passed_over(page, tmp_path):
    known = replace(GOOD, forged=f"— who.example {b64(bytes(80))}\n")
    assert verdict(page, tmp_path, known)[0] == "fine"


def test_it_asks_nobody(page, tmp_path):
    assert verdict(page, tmp_path, GOOD)[0] == "fine"
    asked = [each["params"]["request"]["url"] for each in page.events
             if each["method"] == "Network.requestWillBeSent"]  # fmt: skip
    assert set(asked) <= {PAGE.as_uri()}
    text = PAGE.read_text()
    assert "default-src 'none'" in text
    assert not [
        word for word in ("fetch(", "XMLHttp", "WebSocket", "import(", "src=") if word in text
    ]
