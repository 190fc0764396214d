"""The `seal` section of a site file is read before a camera runs; what is wrong in it is said."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from fakes import sites
from fakes.runs import check, run
from fakes.sections import ceremony

from contrejour.base.errors import Malformed
from contrejour.cli.sealing import keeping
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.law.mandate.originals import PolicyHashes
from contrejour.live.doctor import Examination, examine
from contrejour.live.site import read_site


@pytest.fixture
def section(tmp_path):
    return ceremony(tmp_path)


@pytest.fixture
def watch(tmp_path):
    """Watches a camera that is nowhere, with a section."""

    def go(section, *more, **place):
        sites.write(tmp_path, {"cam-a": "rtsp://127.0.0.1:9/x"}, "view.live", "record", **place)
        told = json.loads((tmp_path / "site.yml").read_text())
        (tmp_path / "site.yml").write_text(json.dumps({**told, "seal": section}))
        args = ("--plan", tmp_path / "plan.json", "--site", tmp_path / "site.yml")
        return run("watch", *args, "--pub", tmp_path / "key.pub", "-o", tmp_path / "out", *more)

    return go


def test_what_is_missing_is_said_before_a_camera_runs(tmp_path, section, watch):
    for key, hint in (("policy", ""), ("key", "keys new"), ("keysets", "keys publish")):
        check(watch({**section, key: str(tmp_path / "none")}), 3, "none does not exist")
        assert hint in watch({**section, key: str(tmp_path / "none")}).stderr
    assert not (tmp_path / "sealed").exists()


def test_a_note_that_is_forged_missing_or_nobodys_is_refused(tmp_path, section, watch):
    notes = tmp_path / "notes"
    good = (notes / "dpo.note").read_bytes()
    (notes / "dpo.note").write_bytes(good.replace(b'"v":1', b'"v":2'))
    check(watch(section), 19, "the signature of dpo.example doesn't fit")
    (notes / "dpo.note").unlink()
    check(watch(section), 19, "no note of dpo is among the keysets")
    (notes / "dpo.note").write_bytes(good)
    (notes / "more.note").write_bytes(good.replace(b"dpo.example", b"who.example"))
    check(watch(section), 19, "is signed by no party of the policy")


def test_a_policy_that_is_none_and_a_key_that_is_none_are_refused(tmp_path, section, watch):
    (tmp_path / "open.policy").write_text("quorum nobody\n")
    assert watch(section).returncode == 2
    ceremony_again = tmp_path / "again"
    ceremony_again.mkdir()
    section = ceremony(ceremony_again)
    (ceremony_again / "edge.key").write_text("no key")
    assert watch(section).returncode == 16


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"edge": "bus 41"}, "seal.edge"), ({"keysets": []}, "seal.keysets"),
        ({"password": "x"}, "seal.password: unknown key"),
    ],
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_told_with_its_line(section, change, said):
    cameras = {"a": {"address": "rtsp://x"}}
    text = json.dumps({"site": 1, "cameras": cameras, "seal": {**section, **change}}, indent=1)
    with pytest.raises(Malformed, match=said.replace(".", r"\.")):
        read_site(text, "s.yml")


def test_a_list_of_notes_is_as_good_as_their_folder(section, tmp_path):
    listed = sorted(str(each) for each in (tmp_path / "notes").iterdir())
    for keysets, notes in ((listed, listed), (section["keysets"], [section["keysets"]])):
        cameras = {"a": {"address": "rtsp://x"}}
        text = json.dumps({"site": 1, "cameras": cameras, "seal": {**section, "keysets": keysets}})
        assert [str(each) for each in read_site(text, "s.yml").seal.notes] == notes


def test_homes_in_the_picture_stop_the_camera_and_the_doctor_says_so(tmp_path, section, watch):
    home = {"logements": [[[0.5, 0], [1, 0], [1, 0.5]]], "poste-conducteur": []}
    done = watch(section, privacy=home)
    check(done, 11, "CSI L251-3: cam-a can't be sealed: its originals show logements")
    assert "have the camera itself paint them" in done.stderr
    site = read_site((tmp_path / "site.yml").read_text(), "s")
    plan = sites.plan({"cam-a": ("view.live", "record")})
    found = list(examine(Examination(lambda: site, lambda: plan, tmp_path, keeping)))
    assert any("CSI L251-3" in str(each.told) and each.code == 11 for each in found)


def seal_checks(site, plan, folder):
    """What doctor says of sealing."""
    asked = Examination(lambda: read_site(site, "s"), lambda: plan, folder, keeping)
    return [each for each in examine(asked) if str(each.about) == "seal"]


def test_attack_04_a_policy_that_was_not_voted_seals_nothing_and_doctor_says_which_was(
    tmp_path, section, watch
):
    """It was a text on the recorder, bound to nothing: the operator's word who opens."""
    voted = PolicyHashes.of(*(Path(section[key]).read_bytes() for key in ("policy", "witnesses")))
    plan = sites.plan({"cam-a": ("record",)}, **asdict(voted))
    for key, name in (("policy", "open_policy"), ("witnesses", "witness_policy")):
        other = tmp_path / "other"
        other.write_bytes(Path(section[key]).read_bytes() + b"\n# another\n")
        check(watch({**section, key: str(other)}), 11, f"{name} is not the one that was voted")
        (found,) = seal_checks((tmp_path / "site.yml").read_text(), plan, tmp_path)
        assert (found.state, found.code) == ("failure", 11)
        here = hashlib.sha256(other.read_bytes()).hexdigest()
        assert f"here is {here}, the plan has {getattr(voted, name)}" in str(found.told)
    assert not (tmp_path / "sealed").exists()


def test_attack_04_one_key_of_all_days_or_one_party_alone_seals_nothing(tmp_path, section, watch):
    """`quorum admin`, with a key that no day ends: doctor found it fine."""
    key = Identity.generate(RecipientKind.HYBRID).recipient()
    lines = (tmp_path / "open.policy").read_text().splitlines(keepends=True)
    (tmp_path / "open.policy").write_text(f"party admin {key}\nquorum admin\n")
    check(watch(section), 19, "not one vault and others")
    (tmp_path / "open.policy").write_text("".join([f"party vault {key}\n", *lines[1:]]))
    check(watch(section), 19, "vault has one key for all days")
    (found,) = seal_checks((tmp_path / "site.yml").read_text(), None, tmp_path)
    assert (found.state, found.code) == ("failure", 19)


def test_doctor_says_which_policies_were_voted_and_where_none_was(tmp_path, section):
    cameras = {"cam-a": {"address": "rtsp://127.0.0.1:9/x"}}
    site = json.dumps({"site": 1, "cameras": cameras, "seal": section})
    of = sites.voted(tmp_path)
    first, _ = seal_checks(site, sites.plan({"cam-a": ("record",)}, **of), tmp_path)
    assert first.state == "ok"
    assert all(each in str(first.told) for each in of.values())
    none = sites.plan({"cam-a": ("record",)}, open_policy=None, witness_policy=None)
    (found,) = seal_checks(site, none, tmp_path)
    assert (found.state, found.code) == ("failure", 11)
    assert "doesn't name open_policy" in str(found.told)
    assert of["open_policy"] in str(found.hint)


@pytest.mark.parametrize(
    ("days", "state", "told"),
    [
        (2, "ok", "opens together: dpo+prosecutor+vault, operator+prosecutor+vault"),
        (1, "failure", "published no key for"),
        (5, "failure", "may be here yet"),
    ],
)
def test_doctor_says_whether_there_are_keys_until_tomorrow_and_none_too_early(
    tmp_path, days, state, told
):
    cameras = {"cam-a": {"address": "rtsp://127.0.0.1:9/x"}}
    text = json.dumps({"site": 1, "cameras": cameras, "seal": ceremony(tmp_path, days=days)})
    asked = Examination(lambda: read_site(text, "s"), None, tmp_path, keeping)
    compared, found = [each for each in examine(asked) if str(each.about) == "seal"]
    assert "no plan was named" in str(compared.told)
    assert (found.state, found.code) == (state, 19 if days != 2 else 0)
    assert told in str(found.told)
