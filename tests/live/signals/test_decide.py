"""A human confirms or dismisses; what they said is kept, and measures the rules in the field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.runs import check, run

from contrejour.base.errors import Refused, UsageError
from contrejour.base.pictures import Event
from contrejour.live.signals.decide import decide, events, journals, shares
from contrejour.live.signals.entry import EntryKind
from contrejour.live.signals.segment import read
from contrejour.live.signals.signals import Signals

NOW = datetime(2027, 2, 12, 9, 30, tzinfo=UTC)
EVENT = Event("zone", "quais-01", "voie-b", NOW, None, 0.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "quais-01" / "signals"


def raised(folder: Path, count: int = 1, roles: tuple[str, ...] = ("pc-securite",)) -> list[str]:
    with Signals(folder, roles=roles, clock=lambda: NOW) as signals:
        made = [signals.event(EVENT).id for _ in range(count)]
        signals.shadow(EVENT)
    return made


def verdicts(folder: Path) -> list[EntryKind | None]:
    return [each.verdict for each in events(folder)]


def test_a_decision_is_an_entry_that_names_the_event_and_a_role(folder: Path) -> None:
    made = raised(folder, 2)
    decide([folder], made[1], EntryKind.CONFIRMED, "pc-securite", clock=lambda: NOW)
    (entry,) = read(folder / "decisions")
    assert (entry.kind, entry.data) == (EntryKind.CONFIRMED, {"by": "pc-securite", "event": 2})
    first, second = events(folder)
    assert (first.verdict, second.verdict) == (None, EntryKind.CONFIRMED)
    assert (second.by, second.at) == ("pc-securite", NOW)


def test_it_can_be_decided_while_the_camera_is_watched(folder: Path) -> None:
    with Signals(folder, roles=["pc-securite"]) as signals:
        entry = signals.event(EVENT)
        decide([folder], entry.id, EntryKind.DISMISSED, "pc-securite")
        signals.event(EVENT)
    assert verdicts(folder) == [EntryKind.DISMISSED, None]


def test_the_last_word_counts_and_all_are_kept(folder: Path) -> None:
    (made,) = raised(folder)
    decide([folder], made, EntryKind.CONFIRMED, "pc-securite")
    decide([folder], made, EntryKind.DISMISSED, "pc-securite")
    assert verdicts(folder) == [EntryKind.DISMISSED]
    assert len(list(read(folder / "decisions"))) == 2


@pytest.mark.parametrize("by", ["chef de quai", "Jean Dupont", "", "a" * 81, "x\ny", "../x", "é"])
def test_who_decides_is_a_role_and_no_person(folder: Path, by: str) -> None:
    (made,) = raised(folder)
    with pytest.raises(UsageError, match="is not the name of a role"):
        decide([folder], made, EntryKind.CONFIRMED, by)
    assert verdicts(folder) == [None]


def test_a_role_that_the_plan_gives_no_access_may_not_decide(folder: Path) -> None:
    (made,) = raised(folder)
    with pytest.raises(Refused, match="voyageurs may not decide here"):
        decide([folder], made, EntryKind.CONFIRMED, "voyageurs")
    assert verdicts(folder) == [None]


@pytest.mark.parametrize("change", [
    lambda made: made + "0", lambda made: "x" + made, lambda _: "1", lambda _: "", lambda _: "--",
    lambda made: made[:-1] + "2", lambda made: made[:-1] + "\u0661",
])  # fmt: skip
def test_only_an_event_can_be_decided(folder: Path, change) -> None:
    (made,) = raised(folder)  # 2 is a rule on trial
    with pytest.raises(UsageError, match="no event"):
        decide([folder], change(made), EntryKind.CONFIRMED, "pc-securite")


def test_the_share_that_was_confirmed_is_of_what_was_decided(folder: Path) -> None:
    made = raised(folder, 5)
    for event_id, verdict in zip(
        made, (EntryKind.CONFIRMED, EntryKind.DISMISSED, EntryKind.CONFIRMED), strict=False
    ):
        decide([folder], event_id, verdict, "pc-securite")
    (share,) = shares(events(folder))
    assert (share.camera, share.zone, share.kind) == ("quais-01", "voie-b", "zone")
    assert (share.confirmed, share.dismissed, share.undecided) == (2, 1, 2)
    assert share.precision == pytest.approx(2 / 3)
    (share,) = shares(each for each in events(folder) if each.verdict is None)
    assert share.precision is None


def test_nothing_can_be_told_to_act() -> None:
    """A signal goes to a human: no destination takes a command, and there are two of them."""
    package = Path(decide.__code__.co_filename).parent
    names = {path.name for path in package.glob("*.py")}
    assert names == {
        "__init__.py", "decide.py", "entry.py", "journal.py", "mqtt.py", "outbox.py", "pieces.py",
        "segment.py", "short_answers.py", "signals.py", "webhook.py",
    }  # fmt: skip
    text = "".join(path.read_text() for path in package.glob("*.py"))
    assert ".subscribe(" not in text
    assert "on_message" not in text
    assert "subprocess" not in text


# The command


def test_the_commands_list_confirm_and_dismiss(folder: Path) -> None:
    out = folder.parents[1]
    made = raised(folder, 3)
    assert run("events", "confirm", made[0], out, "--by", "pc-securite").returncode == 0
    assert run("events", "dismiss", made[1], "--by", "pc-securite", cwd=out).returncode == 0
    listed = run("events", "list", out)
    assert (listed.returncode, listed.stderr) == (0, "")
    rows = listed.stdout.splitlines()
    assert rows[1].startswith(made[0])
    assert rows[1].endswith("confirmed (pc-securite)")
    assert rows[-1].split() == ["quais-01", "voie-b", "zone", "1", "1", "1", "50.0%"]
    *told, share = map(json.loads, run("events", "list", "--json", out).stdout.splitlines())
    assert [(each["id"], each["decision"]) for each in told] == [
        (made[0], "confirmed"), (made[1], "dismissed"), (made[2], None),
    ]  # fmt: skip
    assert share == {
        "camera": "quais-01", "zone": "voie-b", "kind": "zone", "confirmed": 1, "dismissed": 1,
        "undecided": 1, "precision": 0.5,
    }  # fmt: skip


def test_the_commands_say_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    raised(folder)
    check(run("events", "list", tmp_path / "no"), 3, "has no journal")
    check(run("events", "confirm", "x-1", tmp_path, "--by", "pc-securite"), 2, "no event x-1")
    (made,) = (each.event.id for place in journals(tmp_path) for each in events(place))
    check(run("events", "confirm", made, tmp_path, "--by", "x"), 11, "x may not decide here")
    done = run("events", "dismiss", made, tmp_path, "--by", "x", env={"LC_ALL": "fr_FR.UTF-8"})
    check(done, 11, "x ne peut pas décider ici")
