"""`contrejour case`: an order is declared, agreed to or refused, shown and closed."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import clocks, preloads, sites
from fakes.desks import PERSONAL, PLANNED, SINCE, Desk
from fakes.orders import MINUTE
from fakes.plans import envelope
from fakes.runs import check, run

from contrejour.base.errors import Busy, ContrejourError, OutputFailed
from contrejour.base.pictures import Event
from contrejour.custody.cases import folder, records
from contrejour.custody.cases.case import Close, Expire, State
from contrejour.law.mandate.sign import new_key, public_pem
from contrejour.live.signals.entry import EntryKind, event_data
from contrejour.live.signals.journal import Journal


def test_a_case_is_declared_approved_and_closed(desk: Desk) -> None:
    done = desk.declare()
    assert done.returncode == 0, done.stderr
    assert "declared" in done.stdout
    assert "dpo + prosecutor or operator + prosecutor" in done.stdout
    assert desk.say("approve", "prosecutor").returncode == 0
    assert "approved" in desk.say("approve", "dpo").stdout
    told = json.loads(desk.show("--json").stdout)
    assert told["state"] == "approved"
    assert told["approvals"] == ["dpo", "prosecutor"]
    assert told["private"] == PERSONAL
    assert told["since"] == f"{SINCE.replace(second=0):%Y-%m-%dT%H:%M:%SZ}"
    assert "closed" in desk.say("close", "dpo").stdout
    check(desk.say("approve", "operator"), 21, "the case is closed")


def test_nothing_personal_is_in_what_may_be_published(desk: Desk) -> None:
    assert desk.declare().returncode == 0
    desk.say("approve", "dpo")
    public = [path for path in desk.case.rglob("*.*") if path.name != "private.json"]
    assert len(public) >= 6
    for path in public:
        data = path.read_bytes()
        assert not any(text.encode() in data for text in PERSONAL.values())
    assert (desk.case / "private.json").stat().st_mode & 0o777 == 0o600


def test_a_requester_who_approves_is_refused(desk: Desk) -> None:
    desk.declare(role="dpo")
    check(desk.say("approve", "dpo"), 21, "dpo declared the order")
    assert desk.say("approve", "operator").returncode == 0


def test_another_party_s_key_is_refused(desk: Desk) -> None:
    desk.declare()
    check(desk.say("approve", "dpo", by="operator"), 16, "not the key of dpo")
    check(desk.say("approve", "vault", by="dpo"), 16, "not the key of vault")


def test_who_approves_may_look_for_themselves_whose_plan_it_is(desk: Desk) -> None:
    desk.declare()
    signed = (
        "approve",
        desk.case,
        "--as",
        "dpo",
        "--key",
        "dpo.key",
        "--plan",
        "plan.json",
        "--pub",
    )
    check(desk(*signed, "other.pub"), 3, "does not exist")
    run("keys", "new", "other.key", cwd=desk.folder)
    check(desk(*signed, "other.key.pub"), 16, "signed by none of the trusted keys")
    assert desk(*signed, "plan.pub").returncode == 0


def test_attack_23_who_approves_is_shown_for_whom_and_what_it_is_opened_first(desk: Desk) -> None:
    desk.declare()
    told = desk.say("approve", "dpo").stdout
    signed_for = told.partition("approved by")[0]
    for each in ("age1opener00", "cam-a", "77-1-1", "Z (", " UTC)"):
        assert each in signed_for
    without = desk("approve", desk.case, "--as", "prosecutor", "--key", "prosecutor.key")
    assert (without.returncode, "--plan, --pub" in without.stderr) == (2, True)


def test_attack_23_nothing_is_shown_that_was_not_held_against_ones_own_plan(desk: Desk) -> None:
    assert desk.declare().returncode == 0
    plain = desk("show", desk.case)
    assert (plain.returncode, plain.stdout) == (2, "")
    assert "--plan, --pub" in plain.stderr
    (desk.folder / "other.pub").write_bytes(public_pem(new_key()))
    check(desk("show", desk.case, "--plan", "plan.json", "--pub", "other.pub"), 16, "signed by")
    (desk.folder / "later.json").write_bytes(envelope("record", "export.requisition"))
    later = desk("show", desk.case, "--plan", "later.json", "--pub", "plan.pub")
    check(later, 21, "another plan")


TITLE = "Ligne T3\x1b[2J, du dépôt"


def test_attack_23_it_is_shown_where_the_cameras_are_and_when_by_two_clocks(desk: Desk) -> None:
    where = {"title": TITLE, "position": {"longitude": 4.8591, "latitude": 45.7605}}
    voted = {**sites.voted(desk.folder), "place": where}
    plan = envelope("record", "export.requisition", **voted)
    (desk.folder / "plan.json").write_bytes(plan)
    assert desk.declare().returncode == 0
    told = desk.show().stdout
    place = "car-t3; inside a bus or coach; Ligne T3\\u001b[2J, du dépôt; 45.760500, 4.859100"
    assert f"camera           cam-a: {place}\n" in told
    assert "ara-gares-2027-01: it allows this\n" in told
    assert "opened for       age1opener00\n" in told
    for row in ("filmed", "usable"):
        (line,) = (line for line in told.splitlines() if line.startswith(row))
        assert re.search(r"Z \(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\) - 20", line)
    as_json = json.loads(desk.show("--json").stdout)
    assert as_json["places"] == {"cam-a": place.replace("\\u001b", "\x1b")}
    assert as_json["refused_by_plan"] is None


@pytest.mark.skipif(not preloads.HERE, reason=preloads.NOT_HERE)
def test_a_case_that_its_plan_lets_nobody_open_any_more_is_shown_with_the_reason(
    desk: Desk,
) -> None:
    assert desk.declare().returncode == 0
    done = run("case", "show", desk.case, *PLANNED, cwd=desk.folder, env=clocks.off_by(40))
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^plan +ara-gares-2027-01: cam-a: what was filmed .* destroyed", done.stdout, re.M
    )


def test_attack_23_a_name_that_gives_orders_to_the_terminal_is_shown_as_letters(
    desk: Desk,
) -> None:
    bad = {"requester_name": "OPJ\x1b[2J\x1b[1;1Hétat  approuvé\u202e\nétat: approuvé"}
    (desk.folder / "private.json").write_text(json.dumps(bad))
    assert desk.declare().returncode == 0
    told = desk.show().stdout
    assert "\\u001b[2J" in told
    assert not {"\x1b", "\u202e"} & set(told)
    assert "\nétat: approuvé" not in told


def test_refusals_end_a_case(desk: Desk) -> None:
    desk.declare()
    desk.say("refuse", "dpo")
    assert "refused" in desk.say("refuse", "operator").stdout
    check(desk.say("approve", "prosecutor"), 21, "the case is refused")


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--camera", "cam-z"), 11, "cam-z is not a camera"),
        (("--days", "8"), 21, "too long after"), (("--days", "0"), 21, "ends before"),
        (("--opener", "mallory"), 2, "opener"), (("--hold-until", "2020-01-01T00:00Z"), 21, "hold"),
        (("--key", "dpo.key"), 16, "not the key of opj"),
        (("--plan", "open.policy"), 16, "not a signed plan"),
        (("--policy", "witness.policy"), 11, "not the one that was voted"),
        (("--private", "plan.pub"), 2, "not an object of texts"),
        (("--since", "2027-02-12T16:00"), 2, "a time such as"),
    ],
)  # fmt: skip
def test_an_order_that_can_not_be_is_refused_and_leaves_nothing(
    desk: Desk, more: tuple[str, ...], code: int, said: str
) -> None:
    done = desk.declare(*more)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert not desk.case.exists()
    assert not list(desk.folder.glob(".case*"))


def test_what_had_to_be_destroyed_is_not_asked_for(desk: Desk) -> None:
    check(desk.declare(since=SINCE - timedelta(days=40)), 21, "had to be destroyed")


def test_a_case_is_never_written_over(desk: Desk) -> None:
    desk.declare()
    check(desk.declare(), 8, "exists")


def test_a_folder_that_was_changed_is_refused(desk: Desk) -> None:
    desk.declare()
    desk.say("approve", "prosecutor")
    desk.say("approve", "dpo")
    changes = {
        "order.json": lambda data: data.replace(b"cam-a", b"cam-b"),
        "open.policy": lambda data: data.replace(b"all vault prosecutor one", b"any vault one"),
        "plan.json": lambda data: data + b" ",
        "steps/0002.json": lambda data: data.replace(b"prosecutor", b"operator"),
        "private.json": lambda data: data.replace(b"00123", b"00124"),
    }
    for name, change in changes.items():
        path = desk.case / name
        before = path.read_bytes()
        assert change(before) != before
        path.write_bytes(change(before))
        with pytest.raises(ContrejourError):
            folder.read(desk.case)
        path.write_bytes(before)
    (desk.case / "steps" / "0002.json").rename(desk.case / "steps" / "0004.json")
    check(desk.show(), 21, "a step is missing")


def test_a_step_that_was_not_finished_is_not_there(desk: Desk) -> None:
    desk.declare()
    (desk.case / "steps" / "0002.99.part").write_bytes(b"{")
    assert folder.read(desk.case).case.state is State.DECLARED


def test_two_runs_at_once_take_one_step(desk: Desk) -> None:
    desk.declare()
    found = folder.read(desk.case)
    step = Expire()
    at = found.case.ends
    document = records.write(step, found.case.order.id, at)
    folder.add(desk.case, found, step, document, at)
    with pytest.raises(Busy):
        folder.add(desk.case, found, step, document, at)
    assert folder.read(desk.case).case.over is State.EXPIRED


def test_a_full_disk_keeps_what_was_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.declare()
    found = folder.read(desk.case)
    step = Close()

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputFailed, match="No space left"):
        folder.add(desk.case, found, step, b"{}", found.case.at)
    monkeypatch.undo()
    assert folder.read(desk.case).documents == found.documents
    assert not list((desk.case / "steps").glob("*.part"))


def test_an_access_request_is_counted_and_answered(desk: Desk) -> None:
    args = ("access", "--plan", "plan.json", "--pub", "plan.pub", "--place", "car-t3",
            "--since", SINCE.isoformat(), "--until", (SINCE + timedelta(minutes=5)).isoformat(),
            "--received", f"{SINCE + timedelta(days=1):%Y-%m-%d}")  # fmt: skip
    done = desk(*args)
    assert done.returncode == 0, done.stderr
    assert "cam-a" in done.stdout
    written = desk(*args, "--answer", "copy", "-o", "reply")
    assert written.returncode == 0, written.stderr
    assert "Bonjour" not in (desk.folder / "reply" / "reponse.fr.html").read_text()
    assert "Everyone else" in (desk.folder / "reply" / "reponse.en.html").read_text()
    assert desk(*args, "--answer", "copy", "-o", "reply").returncode == 8
    wide = (SINCE - timedelta(hours=9)).isoformat()
    assert desk(*args, "--since", wide).returncode == 21


def test_a_folder_that_is_no_case_is_said_so(desk: Desk, tmp_path: Path) -> None:
    check(desk.show(case=tmp_path / "nowhere"), 3, "can't be read")


def test_a_slip_is_written_for_what_is_handed_over(desk: Desk) -> None:
    desk.declare()
    (desk.folder / "0001.mp4.age").write_bytes(b"age-encryption.org/v1\n")
    done = desk("slip", desk.case, "0001.mp4.age", "-o", "out", "--clock-ms", 40)
    assert done.returncode == 0, done.stderr
    for language in ("fr", "en"):
        assert (desk.folder / "out" / f"bordereau.{language}.pdf").read_bytes()[:5] == b"%PDF-"
    check(desk("slip", desk.case, "no.mp4"), 3, "does not exist")


def clip(**changes: object) -> dict[str, object]:
    made = {"camera": "cam-a", "place": "car-t3", "since": (SINCE + MINUTE).isoformat(),
            "until": (SINCE + 2 * MINUTE).isoformat(), "clock_ms": 40, "shows": "clip",
            "file": "a.mp4"}  # fmt: skip
    return {**made, **changes}


def test_clips_and_events_of_the_order_s_cameras_are_put_on_a_line(desk: Desk) -> None:
    desk.declare()
    (desk.folder / "clips.json").write_text(json.dumps([clip()]))
    with Journal(desk.folder / "watched" / "cam-a" / "signals") as journal:
        for camera, minute in (("cam-a", 3), ("cam-z", 4), ("cam-a", 90)):
            at = SINCE + minute * MINUTE
            journal.append(
                EntryKind.EVENT, event_data(Event("zone", camera, "quai", at, None, 0.9))
            )
    done = desk("timeline", desk.case, "--clips", "clips.json", "--events", "watched", "-o", "out")
    assert done.returncode == 0, done.stderr
    told = (desk.folder / "out" / "chronologie.en.html").read_text()
    assert told.count("<rect") == 4
    assert "cam-z" not in told
    assert "./a.mp4" in told


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ([clip(camera="cam-z")], 21), ([clip(camera="../x")], 2), ([clip(since="2027-02-12")], 2),
        ([clip(clock_ms=-1)], 2), ([clip(track=7)], 2), ([clip(shows="identify.face")], 2), ({}, 2),
        ([7], 2), ([clip(file="a\nb")], 2),
    ],
)  # fmt: skip
def test_clips_of_another_shape_or_camera_are_refused(desk: Desk, told, code: int) -> None:
    desk.declare()
    (desk.folder / "clips.json").write_text(json.dumps(told))
    done = desk("timeline", desk.case, "--clips", "clips.json", "-o", "out")
    assert done.returncode == code, done.stderr
    assert not (desk.folder / "out").exists()
