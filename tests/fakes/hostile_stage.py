"""A folder in which each command has something to do, and what a stranger may put into it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fakes.desks import DAY, MINUTE, WAY, Room
from fakes.runs import clip, masks_for, run, walking

SIGN = ("--plan", "plan.json", "--pub", "plan.pub")
RULES = ("--policy", "open.policy", "--witnesses", "witness.policy")
SAID = [{"event": "zone", "zone": "a", "time": 14.9}]
HAPPENED = [{"event": "zone", "zone": "a", "from": 12.5, "to": 31}]
LAWFUL = Path(__file__).parents[1] / "law" / "mandate" / "lawful.yaml"


@dataclass(frozen=True)
class Doing:
    """A command, its arguments as they stand in the stage; `stage` is where the case stands by
    then: "new", "agreed" or "peeled"."""

    args: tuple[str, ...]
    stage: str = "new"


def _case(name: str, *more: str, stage: str = "agreed") -> Doing:
    return Doing(("case", name, "case", *more), stage)


COMMANDS: Mapping[str, Doing] = {
    "veil": Doing(("veil", "in.mp4", "-o", "out.mp4", "--masks", "m.json", "-j", "1")),
    "veil again": Doing(
        ("veil", "in.mp4", "-o", "old.mp4", "--masks", "m.json", "-j", "1", "--force")
    ),
    "veil, reported": Doing(
        ("veil", "in.mp4", "-o", "outs/a.mp4", "--masks", "m.json", "-j", "1", "--report", "r.html")
    ),
    "review": Doing(("review", "text.txt")),
    "eval": Doing(("eval", "--truth", "gt.txt", "--masks", "m.json")),
    "eval, by pictures": Doing(
        ("eval", "--truth", "gt.txt", "--before", "in.mp4", "--after", "old.mp4")
    ),
    "events eval": Doing(
        ("events", "eval", "--truth", "truth.json", "--said", "said.json", "--hours", "1")
    ),
    "keys new": Doing(("keys", "new", "fresh.key")),
    "mandate new": Doing(("mandate", "new", "-o", "fresh.yaml")),
    "mandate check": Doing(("mandate", "check", "lawful.yaml", "--as-of", "2027-02-12")),
    "mandate publish": Doing(
        ("mandate", "publish", "lawful.yaml", "--as-of", "2027-02-12", "-o", "public")
    ),
    "mandate verify": Doing(("mandate", "verify", "plan.json", "--pub", "plan.pub")),
    "ledger init": Doing(("ledger", "init", "log2", "--name", "log.example/a", "--key", "dpo.key")),
    "ledger append": Doing(("ledger", "append", "log3", "entries.jsonl", "--key", "dpo.key")),
    "ledger prove": Doing(
        ("ledger", "prove", "log", "0", "-o", "proof", "--entry", "entry"), "agreed"
    ),
    "ledger monitor": Doing(
        ("ledger", "monitor", "log", "--state", "seen", "--policy", "witness.policy",
         "--open-policy", "open.policy"), "agreed",
    ),
    "seal": Doing(("seal", "text.txt", "--to", "open.policy", "-o", "sealed")),
    "shred": Doing(
        ("shred", "old-keys", "--as", "dpo", "--party", "dpo.example", "--key", "dpo.key",
         "-o", "shredded")
    ),
    "case declare": Doing(
        ("case", "declare", "-o", "case2", "--as", "opj", "--key", "opj.key", *SIGN, *RULES,
         "--basis", "77-1-1", "--camera", "cam-a", "--since", MINUTE.isoformat(), "--until",
         (MINUTE + timedelta(minutes=9)).isoformat(), "--opener", "age1opener00",
         "--private", "private.json")
    ),
    "case approve": _case("approve", "--as", "operator", "--key", "operator.key", *SIGN),
    "case refuse": _case("refuse", "--as", "operator", "--key", "operator.key"),
    "case close": _case("close", "--as", "dpo", "--key", "dpo.key"),
    "case show": _case("show", *SIGN),
    "case witness": _case("witness", "--log", "log"),
    "case peel": _case(
        "peel", "W.onions", "--as", "dpo", "--key", f"keys-dpo/{DAY}.key", "--sign", "dpo.key",
        *RULES, *SIGN, "--spent", "dpo.spent", "-o", "after-dpo",
    ),
    "case open": _case(
        "open", "layer.age", "0000.mp4.age", "--key", "opener.key", "-o", "clear", stage="peeled"
    ),
    "case timeline": _case("timeline", "--clips", "clips.json", "-o", "pages"),
    "case slip": _case("slip", "0000.mp4.age", "-o", "slips", "--clock-ms", "40"),
    "case export": _case("export", "0000.mp4.age", "-o", "bag", stage="peeled"),
}  # fmt: skip


def built(folder: Path) -> dict[str, Path]:
    """Folders of the three stages, below this one, each all that a command needs."""
    first = folder / "new"
    first.mkdir()
    room = Room(first)
    clip(first / "in.mp4", frames=24, gop=12, size="64x48")
    masks_for(first / "in.mp4", first / "m.json", walking)
    done = run(*COMMANDS["veil"].args[:3], "old.mp4", *COMMANDS["veil"].args[4:], cwd=first)
    assert done.returncode == 0, done.stderr
    (first / "text.txt").write_text("Arrêté. Une caméra dans le tramway, du 1er mars 2027.")
    (first / "gt.txt").write_text("1,1,1,1,10,10,1,-1,-1,-1\n")
    (first / "truth.json").write_text(json.dumps(HAPPENED))
    (first / "said.json").write_text(json.dumps(SAID))
    (first / "lawful.yaml").write_text(LAWFUL.read_text())
    change = {"type": "config.change", "edge": "bus-1", "old": "a" * 64, "new": "b" * 64}
    (first / "entries.jsonl").write_text(json.dumps(change) + "\n")
    (first / "clips.json").write_text(json.dumps([{
        "camera": "cam-a", "place": "a", "since": MINUTE.isoformat(), "clock_ms": 40,
        "until": (MINUTE + timedelta(seconds=40)).isoformat(), "shows": "clip", "file": "a.mp4",
    }]))  # fmt: skip
    run("ledger", "init", "log3", "--name", "log.example/b", "--key", "dpo.key", cwd=first)
    _old_keys(first / "old-keys")
    return {"new": first, **_later(room, folder)}


def _old_keys(folder: Path) -> None:
    from fakes.clocks import today

    from contrejour.custody.seal import keys
    from contrejour.custody.seal.recipient import RecipientKind

    folder.mkdir()
    keys.make(folder, [today() - timedelta(days=31)], RecipientKind.X25519)


def _later(room: Room, folder: Path) -> dict[str, Path]:
    """The stages in which an order is agreed and in which its window is peeled."""
    new = folder / "kept"
    shutil.copytree(room.folder, new, symlinks=True)
    room.agreed()
    room.prove()
    said = room.peel_now("dpo", ["W.onions"])
    assert said.returncode == 20, said.stderr
    room.prove()
    agreed, peeled = folder / "agreed", folder / "peeled"
    shutil.copytree(room.folder, agreed, symlinks=True)
    layer = "W.onions"
    for role in WAY.split("+"):
        done = room.peel(role, layer)
        assert done.returncode == 0, done.stderr
        layer = done.stdout.strip()
    (room.folder / "layer.age").write_bytes((room.folder / layer).read_bytes())
    room("open", room.case, layer, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
    room.prove()
    shutil.move(room.folder, peeled)
    shutil.move(new, room.folder)
    return {"agreed": agreed, "peeled": peeled}


Plant = Callable[[Path, Path], None]
"""Put something at a path, from where what was there has gone; the other is a tree outside."""


def _socket(path: Path, dear: Path) -> None:
    there = Path.cwd()
    os.chdir(path.parent)  # the name of a socket has 107 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(there)


def _file(path: Path, mode: int) -> None:
    path.write_bytes(b"x" * 4096)
    path.chmod(mode)


def _folder(path: Path, dear: Path) -> None:
    path.mkdir()
    (path / "inside").symlink_to(dear / "folder")


def _parts(path: Path, dear: Path) -> None:
    """What a run that was killed may have left, each leading elsewhere, or waited for."""
    stem = os.fsdecode(os.fsencode(path.name)[:220])
    beside = [path.with_name(f"{stem}.{n}-0123456{n}.part") for n in range(4)]
    beside[0].symlink_to(dear / "file")
    beside[1].symlink_to(dear / "folder")
    os.mkfifo(beside[2])
    _folder(beside[3], dear)
    path.with_name(f"{stem}.part").symlink_to(dear / "file")


PLANTS: Mapping[str, Plant] = {
    "link to a file": lambda path, dear: path.symlink_to(dear / "file"),
    "link to a folder": lambda path, dear: path.symlink_to(dear / "folder"),
    "link to nothing": lambda path, dear: path.symlink_to(dear / "new"),
    "link to itself": lambda path, dear: path.symlink_to(path.name),
    "pipe": lambda path, dear: os.mkfifo(path),
    "socket": _socket,
    "folder": _folder,
    "file": lambda path, dear: _file(path, 0o600),
    "file of everybody's": lambda path, dear: _file(path, 0o666),
    "parts": _parts,
    "device": lambda path, dear: path.symlink_to("/dev/zero"),
}


def dear_tree(folder: Path) -> Path:
    """What nobody may touch: files and folders of several modes."""
    folder.mkdir()
    (folder / "file").write_bytes(b"dear" * 1000)
    (folder / "secret").write_bytes(b"secret")
    (folder / "secret").chmod(0o600)
    (folder / "folder").mkdir()
    (folder / "folder" / "0001.json").write_bytes(b"kept")
    (folder / "folder" / "deep").mkdir(mode=0o700)
    return folder


def manifest(root: Path) -> dict[str, tuple[object, ...]]:
    """All that can be told of a tree but when it was read."""
    told: dict[str, tuple[object, ...]] = {}
    for path in [root, *sorted(root.rglob("*"))]:
        found = path.lstat()
        data = path.read_bytes() if stat.S_ISREG(found.st_mode) else b""
        name = path.relative_to(root).as_posix()
        told[name] = (found.st_mode, found.st_uid, found.st_mtime_ns, found.st_nlink,
                      hashlib.sha256(data).hexdigest())  # fmt: skip
    return told


def touched(before: Path, after: Path, args: Sequence[str]) -> list[str]:
    """The paths that a command reads, as its arguments say, and those that it made or changed."""
    seen = {path.relative_to(before).as_posix(): path for path in before.rglob("*")}
    named = {name for name in args if name in seen}
    named |= {name for name in seen if name.partition("/")[0] in {*args} and "log" not in name}
    made = {
        name
        for path in after.rglob("*")
        for name in [path.relative_to(after).as_posix()]
        if name not in seen or (path.is_file() and path.read_bytes() != seen[name].read_bytes())
    }
    above = {name for name in made if any(each.startswith(f"{name}/") for each in args)}
    return sorted((named | made) - above)  # a folder above what the user named is the user's
