"""The drill: everything there is, backed up and restored, opens a young day and no old one.

Real folders, the real commands, today's date: what was filmed 27 days ago, and 31.
"""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from fakes.runs import check, run

from contrejour.base.errors import SealError
from contrejour.custody.quorum import parse
from contrejour.custody.seal import keynotes, keys, shred
from contrejour.custody.seal.age import Writer, decrypt
from contrejour.custody.seal.onion import unpack
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.retention import destroyed_at, start_of
from contrejour.custody.seal.window import WindowRequest, make
from contrejour.law.mandate.periods import destroy_by

PARTIES = ("vault", "prosecutor", "dpo", "operator")
GROUPS = "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open\n"
TODAY = datetime.now(UTC).date()
YOUNG = next(
    age for age in range(27, 20, -1)  # February's keys die at 27 days, by the calendar month
    if destroyed_at(TODAY - timedelta(days=age), destroy_by) > start_of(TODAY + timedelta(days=1))
)  # fmt: skip
AGES = (YOUNG, 29, 30, 31)
"""In days, of what was sealed; the keys of a day go when it is 29 days old.

Not 28: a test that runs at midnight would see that day die.
"""
CLEAR = b"a platform, some weeks ago" * 9000
SETS = [set(some) for count in range(5) for some in combinations(PARTIES, count)]


@dataclass
class Site:
    """Four parties with a key for each day, and a minute of each day, sealed for them."""

    folder: Path
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    def __post_init__(self) -> None:
        first = self.today - timedelta(days=max(AGES))
        lines, notes = [], []
        for party in PARTIES:
            days = ("--from", first, "--days", max(AGES) - min(AGES) + 1)
            signed = ("--party", f"{party}.example", "--key", f"{party}.key")
            self.run("keys", "new", f"{party}.key")
            self.run("keys", "make", party, *days, "--x25519")
            said = self.run("keys", "publish", party, *days, *signed, "-o", f"{party}.note")
            lines.append(f"party {party} {said.stdout.strip()}\n")
            notes.append((self.folder / f"{party}.note").read_bytes())
        self.policy = parse("".join(lines) + GROUPS, "party")
        for age in AGES:
            self._seal(age, notes)

    def run(self, *args: object):
        done = run(*args, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done

    def _seal(self, age: int, notes: list[bytes]) -> None:
        day = self.today - timedelta(days=age)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        t0, folder = int(noon.timestamp() * 1000), self.folder / f"sealed-{age}"
        folder.mkdir()
        wanted = WindowRequest("cam-a", t0, t0 + 60_000, folder / "W.onions")
        (made,) = make([wanted], keys.keys_of(self.policy, notes, day.isoformat()))
        out = io.BytesIO()
        writer = Writer(out, [made.recipient])
        writer.write(CLEAR)
        writer.close()
        (folder / "0000.mp4.age").write_bytes(out.getvalue())

    def destroy(self) -> None:
        """What each party does each day."""
        for party in PARTIES:
            self.run("keys", "destroy", party, "--party", f"{party}.example",
                     "--key", f"{party}.key", "-o", f"{party}-said")  # fmt: skip

    def backup(self, name: str) -> Path:
        """Every file there is, taken and put back elsewhere."""
        shutil.copytree(self.folder, self.folder.parent / name)
        return self.folder.parent / name

    def keys_in(self, folder: Path, age: int, parties: set[str]) -> list[Path]:
        day = self.today - timedelta(days=age)
        found = [keys.key_path(folder / party, day) for party in PARTIES if party in parties]
        return [path for path in found if path.exists()]


def opens(folder: Path, age: int, paths: list[Path]) -> bool:
    """Whether these keys open the minute of that age, by the library; what comes out is right."""
    onions = unpack((folder / f"sealed-{age}" / "W.onions").read_bytes())
    try:
        _, key = unwrap(onions.values(), [keys.read_identity(path) for path in paths], None)
    except SealError:
        return False
    with (folder / f"sealed-{age}" / "0000.mp4.age").open("rb") as sealed:
        assert b"".join(decrypt(sealed, [key])) == CLEAR
    return True


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("drill") / "site"
    folder.mkdir()
    return Site(folder)


@pytest.fixture(scope="module")
def before(site: Site) -> Path:
    return site.backup("before")


@pytest.fixture(scope="module")
def restored(site: Site, before: Path) -> Path:
    site.destroy()
    return site.backup("restored")


@pytest.mark.parametrize("age", AGES)
def test_a_restored_backup_opens_a_young_day_for_each_quorum_and_an_old_one_for_nobody(
    site: Site, restored: Path, age: int
) -> None:
    for some in SETS:
        may = age < 29 and site.policy.met(some)
        assert opens(restored, age, site.keys_in(restored, age, some)) is may, some


def test_the_command_opens_what_is_young_and_not_31_days(
    site: Site, restored: Path, tmp_path: Path
) -> None:
    for number, way in enumerate((*site.policy.ways(), frozenset(PARTIES))):
        paths = site.keys_in(restored, YOUNG, set(way))
        given = [arg for path in paths for arg in ("--key", path)]
        out = tmp_path / f"{number}.mp4"
        done = run("open", restored / f"sealed-{YOUNG}", *given, "-o", out)
        assert done.returncode == 0, done.stderr
        assert out.read_bytes() == CLEAR
    assert not site.keys_in(restored, 31, set(PARTIES))
    left = [path for party in PARTIES for path in (restored / party).glob("*.key")]
    given = [arg for path in left for arg in ("--key", path)]
    check(run("open", restored / "sealed-31", *given, "-o", tmp_path / "no.mp4"), 19, "no key here")
    assert not (tmp_path / "no.mp4").exists()


def test_who_kept_a_copy_opens_an_old_day_only_where_a_whole_quorum_lied(
    site: Site, before: Path, restored: Path
) -> None:
    """A backup from before the destruction is the one thing that resurrects a day."""
    for liars in SETS:
        theirs = site.keys_in(before, 31, liars)
        others = site.keys_in(restored, 31, set(PARTIES) - liars)
        assert opens(before, 31, theirs + others) is site.policy.met(liars), liars


def test_each_party_said_what_it_destroyed(site: Site, restored: Path) -> None:
    dead = [site.today - timedelta(days=age) for age in (29, 30, 31)]
    for party in PARTIES:
        statements = sorted((restored / f"{party}-said").iterdir())
        line = next(name for name in site.policy.members[party])
        by = keynotes.Verifier.parse(line)
        said = [shred.destroyed(path.read_bytes(), by) for path in statements]
        assert {*dead} <= {day for day, _, _ in said}
