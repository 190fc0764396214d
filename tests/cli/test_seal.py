"""`contrejour seal`, `open` and `keys …`, as they are typed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.clocks import today
from fakes.parties import MINUTE, POLICIES, T0, policy
from fakes.plans import KEY, envelope
from fakes.runs import check, masks_for, run, start, until, walking
from fakes.runs import clip as clip_of
from fakes.seals import age, key_file, subsets

from contrejour.cli.keyfiles import private_key
from contrejour.cli.main import main
from contrejour.custody.quorum import parse
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.keys import keys_of as whom
from contrejour.custody.seal.manifest import ClockQuality
from contrejour.custody.seal.onion import day_of
from contrejour.custody.seal.recipient import SECRET, Identity, RecipientKind
from contrejour.custody.seal.retention import destroyed_at, start_of
from contrejour.custody.seal.segment import WindowWriter
from contrejour.custody.seal.window import WindowRequest, make
from contrejour.law.mandate.periods import Period, destroy_by
from contrejour.law.mandate.sign import public_pem


def ends(day: date) -> datetime:
    """When a day's key goes without a plan: 29 days after, and sooner around February."""
    return destroyed_at(day, lambda at: destroy_by(at, Period.parse("P30D")))


def parties(folder, name="default", kind=RecipientKind.X25519):
    """A policy whose lines hold the keys themselves, and the files of the secret ones."""
    lines = []
    for party in policy(name).members:
        secret = Identity.generate(kind)
        key_file(folder / f"{party}.key", secret)
        lines.append(f"party {party} {secret.recipient()}\n")
    (folder / "open.txt").write_text("".join(lines) + POLICIES[name][1] + "\n")
    return folder / "open.txt"


def keys_of(folder, *names):
    return [word for name in names for word in ("--key", str(folder / f"{name}.key"))]


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(random.Random(7).randbytes(300_000))
    return path


def sealed(tmp_path, clip, **more):
    who = parties(tmp_path, **more)
    assert main(["seal", str(clip), "--to", str(who), "-o", str(tmp_path / "sealed")]) == 0
    return tmp_path / "sealed"


def test_attack_04_that_nobody_voted_a_policy_is_said_where_it_is_sealed_for(tmp_path, clip, capfd):
    """Whatever policy was given was sealed for without a word."""
    sealed(tmp_path, clip)
    told = capfd.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith("contrejour: warning: nothing says that ")
    assert "open.txt was voted" in told[0]


@pytest.mark.parametrize("kind", list(SECRET))
def test_a_file_opens_with_enough_keys_and_with_no_other_set_of_them(tmp_path, clip, kind):
    folder = sealed(tmp_path, clip, kind=kind)
    assert sorted(path.name for path in folder.iterdir()) == [
        "W.onions", "clip.mp4.age", "open.policy",
    ]  # fmt: skip
    who = policy()
    for number, subset in enumerate(filter(None, subsets(list(who.members)))):
        out = tmp_path / f"{number}.mp4"
        code = main(["open", str(folder), *keys_of(tmp_path, *subset), "-o", str(out)])
        assert code == (0 if who.met(subset) else 19)
        assert out.exists() == who.met(subset)
        if out.exists():
            assert out.read_bytes() == clip.read_bytes()
            assert out.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part"))


def test_a_stranger_opens_it_with_tar_and_age_alone(tmp_path, clip):
    folder = sealed(tmp_path, clip)
    tar = ["tar", "-xOf", folder / "W.onions", "dpo+prosecutor+vault.age"]
    layer = subprocess.run(tar, check=True, capture_output=True).stdout
    for party in ("dpo", "prosecutor", "vault"):
        done = age("-d", "-i", tmp_path / f"{party}.key", given=layer)
        layer = done.stdout.split(b"\n", 1)[1]
    (tmp_path / "window").write_bytes(layer)
    done = age("-d", "-i", tmp_path / "window", folder / "clip.mp4.age", given=b"")
    assert done.stdout == clip.read_bytes()


def test_what_is_sealed_or_opened_is_never_replaced(tmp_path, clip, capsys):
    folder = sealed(tmp_path, clip)
    assert main(["seal", str(clip), "--to", str(tmp_path / "open.txt"), "-o", str(folder)]) == 8
    out = tmp_path / "clip.mp4"
    keys = keys_of(tmp_path, "vault", "prosecutor", "dpo")
    assert main(["open", str(folder), *keys, "-o", str(out)]) == 8
    assert capsys.readouterr().err.count("exists") == 2


def test_a_cut_file_is_refused_and_what_is_whole_of_it_is_kept_on_request(tmp_path, clip, capsys):
    folder = sealed(tmp_path, clip)
    file = folder / "clip.mp4.age"
    file.write_bytes(file.read_bytes()[:200_000])
    keys = keys_of(tmp_path, "vault", "prosecutor", "dpo")
    out = tmp_path / "out.mp4"
    assert main(["open", str(folder), *keys, "-o", str(out)]) == 19
    assert not out.exists()
    assert main(["open", str(folder), *keys, "-o", str(out), "--allow-truncated"]) == 0
    assert out.read_bytes() == clip.read_bytes()[: 3 * 65_536]
    assert "warning: chunk 3 is cut short or damaged" in capsys.readouterr().err
    file.write_bytes(file.read_bytes()[:300])
    again = tmp_path / "again.mp4"
    assert main(["open", str(folder), *keys, "-o", str(again), "--allow-truncated"]) == 19
    assert not again.exists()


def test_bad_input_is_a_clear_refusal(tmp_path, clip):
    folder, out = sealed(tmp_path, clip), tmp_path / "out"
    keys = keys_of(tmp_path, "vault", "prosecutor", "dpo")
    check(run("seal", tmp_path / "no", "--to", tmp_path / "open.txt", "-o", out), 3, "is not")
    check(run("seal", clip, "--to", tmp_path / "no", "-o", out), 3, "does not exist")
    check(run("seal", clip, "--to", clip, "-o", out), 2, "UTF-8")
    check(run("open", tmp_path / "no", *keys, "-o", out), 3, "holds no sealed file")
    check(run("open", folder, "--key", tmp_path / "no", "-o", out), 3, "is not a regular file")
    check(run("open", folder, "--key", clip, "-o", out), 3, "is larger than a key")
    check(run("open", clip, *keys, "-o", out), 19, "not an age v1 file")
    (folder / "W.onions").write_bytes(b"damaged")
    check(run("open", folder, *keys, "-o", out), 19, "the onions are damaged")
    assert not out.exists()


def test_a_folder_that_is_not_ours_is_not_swept_away(tmp_path, clip):
    (tmp_path / "sealed.part").mkdir()
    (tmp_path / "sealed.part" / "thesis.txt").touch()
    who = parties(tmp_path)
    assert main(["seal", str(clip), "--to", str(who), "-o", str(tmp_path / "sealed")]) == 0
    assert (tmp_path / "sealed.part" / "thesis.txt").exists()


@pytest.mark.parametrize("at", range(4))
def test_a_kill_at_any_time_leaves_nothing_clear_and_no_folder_under_the_name(tmp_path, at):
    clip = tmp_path / "clip.mp4"
    data = random.Random(at).randbytes(20 << 20)
    clip.write_bytes(data)
    who, out = parties(tmp_path), tmp_path / "place" / "sealed"
    process = start("seal", clip, "--to", who, "-o", out)

    def parts(below: str) -> list[Path]:
        return [*(tmp_path / "place").glob(f"sealed.*.part{below}")]

    steps = [
        lambda: parts(""),
        lambda: parts("/W.onions"),
        lambda: parts("/clip.mp4.age.*.part"),
        lambda: any(each.stat().st_size > 1 << 20 for each in parts("/clip.mp4.age.*.part")),
    ]
    assert until(lambda: steps[at]() or out.exists())
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    for path in (tmp_path / "place").rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert not any(data[n : n + 16] in kept for n in range(0, len(data), 1 << 20))
            assert b"AGE-SECRET" not in kept
    if not out.exists():
        assert main(["seal", str(clip), "--to", str(who), "-o", str(out)]) == 0
        assert not parts("")


def test_the_keys_of_days_are_made_published_sealed_to_and_destroyed(tmp_path, clip, capsys):
    """The whole life of a day, as three parties type it."""
    lines = []
    for party in ("vault", "dpo"):
        root, days = tmp_path / f"{party}.root", tmp_path / party
        assert main(["keys", "new", str(root)]) == 0
        assert main(["keys", "make", str(days), "--days", "3", "--x25519"]) == 0
        capsys.readouterr()
        assert main(["keys", "publish", str(days), "--days", "2", "--party", f"{party}.example",
                     "--key", str(root), "-o", str(tmp_path / f"{party}.note")]) == 0  # fmt: skip
        verifier = capsys.readouterr().out.strip()
        assert Verifier.parse(verifier).name == f"{party}.example"
        lines.append(f"party {party} {verifier} judicial\n")
    (tmp_path / "open.txt").write_text("".join(lines) + "group all all vault dpo\nquorum all\n")
    notes = [word for party in ("vault", "dpo") for word in
             ("--keyset", str(tmp_path / f"{party}.note"))]  # fmt: skip
    to = ["--to", str(tmp_path / "open.txt")]
    assert main(["seal", str(clip), *to, "-o", str(tmp_path / "x"), *notes[:2]]) == 19
    assert "dpo published no key for" in capsys.readouterr().err
    assert main(["seal", str(clip), *to, "-o", str(tmp_path / "sealed"), *notes]) == 0

    assert main(["keys", "show", str(tmp_path / "vault")]) == 0
    shown = capsys.readouterr().out.splitlines()[-3:]
    assert shown[0].startswith(f"{today()} {ends(today()):%Y-%m-%dT%H:%M:%SZ} age1")
    keys = [word for party in ("vault", "dpo") for word in
            ("--key", str(tmp_path / party / f"{today()}.key"))]  # fmt: skip
    assert main(["open", str(tmp_path / "sealed"), *keys, "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out").read_bytes() == clip.read_bytes()

    by = ["--party", "vault.example", "--key", str(tmp_path / "vault.root")]
    destroy = ["keys", "destroy", str(tmp_path / "vault"), *by, "-o", str(tmp_path / "said")]
    assert main(destroy) == 0
    assert not list((tmp_path / "said").iterdir())
    assert main([*destroy, "--day", str(today())]) == 0
    assert [path.name for path in (tmp_path / "said").iterdir()] == [f"{today()}.shred"]
    assert main([*destroy, "--day", str(today())]) == 8
    assert main(["open", str(tmp_path / "sealed"), *keys, "-o", str(tmp_path / "again")]) == 3


def test_keys_whose_time_is_over_are_all_destroyed(tmp_path):
    first = today() - timedelta(days=31)
    root = tmp_path / "root"
    main(["keys", "new", str(root)])
    main(["keys", "make", str(tmp_path / "days"), "--from", str(first), "--days", "5"])
    assert main(["keys", "destroy", str(tmp_path / "days"), "--party", "a", "--key", str(root),
                 "-o", str(tmp_path / "said")]) == 0  # fmt: skip
    gone = sorted(date.fromisoformat(path.stem) for path in (tmp_path / "said").iterdir())
    days = [first + timedelta(days=n) for n in range(5)]
    assert gone == [day for day in days if ends(day) <= start_of(today())]
    assert len(list((tmp_path / "days").glob("*.key"))) == 5 - len(gone)
    assert first in gone


def test_a_recorder_s_key_is_told_under_its_name(tmp_path, capsys):
    main(["keys", "new", str(tmp_path / "edge.key")])
    capsys.readouterr()
    assert main(["keys", "name", str(tmp_path / "edge.key.pub"), "bus-041"]) == 0
    told = Verifier.parse(capsys.readouterr().out.strip())
    assert told == Verifier.of("bus-041", private_key(tmp_path / "edge.key", None))
    assert main(["keys", "name", str(tmp_path / "edge.key.pub"), "bus 041"]) == 19
    assert main(["keys", "name", str(tmp_path / "none"), "bus-041"]) == 3


def test_the_plan_says_how_long_a_key_lives(tmp_path, capsys):
    (tmp_path / "plan.json").write_bytes(envelope("record", horizon="P3D"))
    (tmp_path / "plan.pub").write_bytes(public_pem(KEY))
    main(["keys", "make", str(tmp_path / "days"), "--from", "2027-05-10"])
    capsys.readouterr()
    voted = "--plan", str(tmp_path / "plan.json"), "--pub", str(tmp_path / "plan.pub")
    for more, gone in (((), "2027-06-08"), (voted, "2027-06-06"),
                       ((*voted, "--horizon-hours", "0"), "2027-06-09")):  # fmt: skip
        assert main(["keys", "show", str(tmp_path / "days"), *more]) == 0
        assert capsys.readouterr().out.startswith(f"2027-05-10 {gone}T00:00:00Z age1pq1")
    assert main(["keys", "show", str(tmp_path / "days"), "--horizon-hours", "710"]) == 19
    assert "before its day is over" in capsys.readouterr().err


def test_a_day_without_a_key_is_not_published(tmp_path):
    main(["keys", "new", str(tmp_path / "root")])
    check(run("keys", "publish", tmp_path, "--party", "a", "--key", tmp_path / "root",
              "-o", tmp_path / "note"), 3, "has no key of")  # fmt: skip


def test_a_segment_that_was_swapped_is_refused_by_what_the_recorder_signed(tmp_path, capsys):
    found = whom(parse(parties(tmp_path).read_text(), "party"), [], day_of(T0))
    signer = Ed25519PrivateKey.generate()
    for number, data in ((0, b"first"), (1, b"second")):
        folder = tmp_path / str(number)
        folder.mkdir()
        start_ = T0 + number * MINUTE
        [made] = make([WindowRequest("car-1", start_, start_ + MINUTE, folder / "W.onions")], found)
        sealing = WindowWriter(made, folder)
        sealing.begin(start_)
        sealing.write(data)
        sealing.end(start_ + MINUTE)
        sealing.close("bus-7", ClockQuality("ntp", 1, "b", 1), "", signer)
    edge = ["--edge", str(Verifier.of("bus-7", signer))]
    keys = keys_of(tmp_path, "vault", "prosecutor", "dpo")
    file = tmp_path / "0" / "0000.mp4.age"
    assert main(["open", str(file), *keys, *edge, "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out").read_bytes() == b"first"
    file.write_bytes((tmp_path / "1" / "0000.mp4.age").read_bytes())
    assert main(["open", str(file), *keys, *edge, "-o", str(tmp_path / "no")]) == 19
    assert "is not what bus-7 sealed" in capsys.readouterr().err
    file = tmp_path / "1" / "0000.mp4.age"
    (tmp_path / "1" / "W.onions").write_bytes((tmp_path / "0" / "W.onions").read_bytes())
    assert main(["open", str(file), *keys, *edge, "-o", str(tmp_path / "no")]) == 19
    assert "are not the onions that bus-7 made" in capsys.readouterr().err
    assert main(["open", str(file), *keys, "-o", str(tmp_path / "no")]) == 19


def test_a_veil_keeps_the_original_beside_it_sealed_and_seals_it_once(tmp_path, capsys):
    source = clip_of(tmp_path / "in.mp4", frames=48)
    masks = masks_for(source, tmp_path / "masks.json", walking)
    who, out = parties(tmp_path), tmp_path / "out.mp4"
    veil = ["veil", str(source), "-o", str(out), "--masks", str(masks), "--seal-to", str(who)]
    assert main([*veil[:-1], str(tmp_path / "no")]) == 3
    assert not out.exists()
    assert main(veil) == 0
    folder = tmp_path / "out.mp4.sealed"
    keys = keys_of(tmp_path, "vault", "prosecutor", "operator")
    assert main(["open", str(folder), *keys, "-o", str(tmp_path / "again.mp4")]) == 0
    assert (tmp_path / "again.mp4").read_bytes() == source.read_bytes()
    before = (folder / "in.mp4.age").read_bytes()
    out.unlink()
    assert main(veil) == 8
    assert not out.exists()
    assert main([*veil, "--resume"]) == 0
    assert out.exists()
    assert (folder / "in.mp4.age").read_bytes() == before


def test_attack_32_a_resumed_veil_seals_what_was_veiled_before_without(tmp_path):
    """An output that is whole says nothing of an original that nobody sealed."""
    source = clip_of(tmp_path / "in.mp4", frames=16)
    masks = masks_for(source, tmp_path / "masks.json", walking)
    who, out = parties(tmp_path), tmp_path / "out.mp4"
    veil = ["veil", str(source), "-o", str(out), "--masks", str(masks)]
    assert main(veil) == 0
    assert main([*veil, "--seal-to", str(who), "--resume"]) == 0
    keys = keys_of(tmp_path, "vault", "prosecutor", "operator")
    opened = tmp_path / "again.mp4"
    assert main(["open", f"{out}.sealed", *keys, "-o", str(opened)]) == 0
    assert opened.read_bytes() == source.read_bytes()
    assert main([*veil, "--seal-to", str(who), "--resume"]) == 0


def emptied(folder):
    for path in folder.iterdir():
        path.unlink()


def linked(folder):
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


SPOILED = {
    "empty": emptied,
    "cut": lambda folder: os.truncate(folder / "in.mp4.age", 1000),
    "without keys": lambda folder: (folder / "W.onions").unlink(),
    "of another policy": lambda folder: (folder / "open.policy").write_text("party mallory\n"),
    "not said by us": lambda folder: (folder / "vouched.json").unlink(),
    "said by a stranger": lambda folder: (folder / "vouched.json").write_text(
        (folder / "vouched.json").read_text().replace('"vouched":"', '"vouched":"00')
    ),
    "nonsense": lambda folder: (folder / "vouched.json").write_text("[" * 60_000),
    "with more": lambda folder: (folder / "more").mkdir(),
    "linked": linked,
}  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_attack_32_a_folder_of_that_name_is_not_an_original(tmp_path, capsys, spoil):
    """A stranger made it, or it is cut: whoever then deletes the original has nothing left."""
    source = clip_of(tmp_path / "in.mp4", frames=16)
    masks = masks_for(source, tmp_path / "masks.json", walking)
    who, out = parties(tmp_path), tmp_path / "out.mp4"
    veil = ["veil", str(source), "-o", str(out), "--masks", str(masks), "--seal-to", str(who)]
    assert main(veil) == 0
    spoil(tmp_path / "out.mp4.sealed")
    for made in (True, False):
        if not made:
            out.unlink()
        assert main([*veil, "--resume"]) == 8
        assert "out.mp4.sealed is not known for this file" in capsys.readouterr().err


def test_attack_32_another_input_of_that_name_is_sealed_too(tmp_path):
    source = clip_of(tmp_path / "in.mp4", frames=16)
    masks = masks_for(source, tmp_path / "masks.json", walking)
    who, out = parties(tmp_path), tmp_path / "out.mp4"
    veil = ["veil", str(source), "-o", str(out), "--masks", str(masks), "--seal-to", str(who)]
    assert main(veil) == 0
    out.unlink()
    with source.open("ab") as file:
        file.write(b"\0\0\0\x09free\0")
    assert main([*veil, "--resume"]) == 8
    assert not out.exists()
