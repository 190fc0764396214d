"""`contrejour ledger` as people run it: a log, its witnesses, and a stranger who checks it."""

from __future__ import annotations

import json
import shutil
import signal
import urllib.request
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from subprocess import Popen

import pytest
from fakes.runs import LIMIT_S, check, run, start, until

from contrejour.custody.ledger.server import LedgerServer, of_log
from contrejour.custody.ledger.tree import leaf_hash

A, B = "a" * 64, "b" * 64
CHANGE: dict[str, object] = {"type": "config.change", "edge": "bus-041", "old": A, "new": B}
NAME = "log.example.org/rhone"
FRENCH = {"LC_ALL": "fr_FR.UTF-8"}


class Place:
    """A log, one witness that runs, and a policy that wants it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.key = folder, folder / "log", folder / "log.key"
        for key in ("log.key", "w.key"):
            assert run("keys", "new", folder / key).returncode == 0
        made = run("ledger", "init", self.log, "--name", NAME, "--key", self.key)
        assert made.stdout.startswith(f"{NAME}+")
        known = folder / "known.txt"
        known.write_text(f"log {made.stdout}quorum none\n")
        self.witness = start(
            "ledger", "witness", folder / "seen", "--name", "w.example", "--policy", known,
            "--key", folder / "w.key",
        )  # fmt: skip
        assert self.witness.stdout
        vkey, url = (self.witness.stdout.readline().strip() for _ in range(2))
        self.policy = folder / "policy.txt"
        self.policy.write_text(f"log {made.stdout}witness w {vkey} {url}\nquorum w\n")
        self.entries = folder / "entries.jsonl"
        self.write(CHANGE)

    def write(self, *entries: dict[str, object]) -> None:
        self.entries.write_text("".join(json.dumps(each) + "\n" for each in entries))

    def append(self, *more: object):  # type: ignore[no-untyped-def]
        return run("ledger", "append", self.log, self.entries, "--policy", self.policy,
                   "--key", self.key, *more)  # fmt: skip

    def prove(self, number: int = 0) -> tuple[Path, Path]:
        proof, entry = self.folder / f"{number}.tlog-proof", self.folder / f"{number}.entry"
        done = run("ledger", "prove", self.log, number, "-o", proof, "--entry", entry, "--force")
        assert done.returncode == 0, done.stderr
        return proof, entry


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("ledger"))
    done = made.append()
    assert done.returncode == 0, done.stderr
    yield made
    made.witness.send_signal(signal.SIGTERM)
    assert made.witness.wait(LIMIT_S) == 0


def test_an_entry_is_appended_witnessed_proved_and_verified(place: Place) -> None:
    done = place.append()
    number, leaf = done.stdout.split()
    proof, entry = place.prove(int(number))
    assert leaf_hash(entry.read_bytes()).hex() == leaf
    assert json.loads(entry.read_bytes()).items() >= CHANGE.items()
    args = ("--policy", place.policy, "--max-age", 600)
    checked = run("ledger", "verify", proof, "--entry", entry, *args)
    assert (checked.returncode, checked.stdout) == (0, "")
    assert checked.stderr.startswith(f"{NAME} ")
    assert " w 20" in checked.stderr
    assert run("ledger", "verify", place.log, *args).returncode == 0


def test_a_stranger_needs_the_files_that_are_served_and_no_more(
    place: Place, tmp_path: Path
) -> None:
    shutil.copytree(place.log / "tile", tmp_path / "tile")
    shutil.copy(place.log / "checkpoint", tmp_path)
    assert run("ledger", "verify", tmp_path, "--policy", place.policy).returncode == 0
    (tmp_path / "checkpoint").unlink()
    check(run("ledger", "verify", tmp_path, "--policy", place.policy), 20, "can't be read in")


def test_a_changed_entry_a_stale_log_and_a_policy_of_others_are_refused(place: Place) -> None:
    proof, entry = place.prove()
    other = place.folder / "other"
    other.write_bytes(entry.read_bytes().replace(b'"v":2', b'"v":3'))
    check(run("ledger", "verify", proof, "--entry", other, "--policy", place.policy), 20,
          "the proof doesn't lead to the checkpoint")  # fmt: skip
    check(run("ledger", "verify", proof, "--entry", entry, "--policy", place.policy,
              "--max-age", -1000), 20, "too few witnesses have signed this: none")  # fmt: skip
    alien = place.folder / "alien.txt"
    alien.write_text(place.policy.read_text().replace(NAME, "log.other"))
    check(run("ledger", "verify", proof, "--entry", entry, "--policy", alien), 20, "another id")


@pytest.mark.parametrize(
    ("entry", "code", "why"),
    [
        ({**CHANGE, "name": "Jean Dupont"}, 20, "missing, or without a place there: name"),
        ({**CHANGE, "old": "Jean Dupont"}, 20, "old has a value that can't stand there"),
        ({"type": "face.match"}, 20, "no entry is of the type 'face.match'"),
        ({"at": "now"}, 2, "entries.jsonl:1: not an object with a type"),
        ({**CHANGE, "v": 1}, 2, "not an object with a type"),
    ],
)
def test_what_must_not_be_written_is_not(
    place: Place, entry: dict[str, object], code: int, why: str
) -> None:
    place.write(entry)
    done = place.append()
    check(done, code, why)
    assert "Dupont" not in done.stderr
    place.write(CHANGE)


def test_a_witness_may_have_a_post_quantum_key_and_a_log_may_not(
    place: Place, tmp_path: Path
) -> None:
    key, password, known = tmp_path / "pq.key", tmp_path / "password", tmp_path / "known"
    password.touch(0o600)
    password.write_text("a secret that is long enough\n")
    assert run("keys", "new", "--ml-dsa", key, "--password-file", password).returncode == 0
    secret = ("--key", key, "--password-file", password)
    check(run("ledger", "init", tmp_path / "no", "--name", "x", *secret), 16, "but not Ed25519")
    vkey = run("ledger", "init", tmp_path / "log", "--name", NAME, "--key", place.key).stdout
    known.write_text(f"log {vkey}quorum none\n")
    witness = start("ledger", "witness", tmp_path / "seen", "--name", "pq.example", *secret,
                    "--policy", known)  # fmt: skip
    assert witness.stdout
    pq, url = (witness.stdout.readline().strip() for _ in range(2))
    policy = tmp_path / "policy.txt"
    policy.write_text(f"log {vkey}witness pq {pq} {url}\nquorum pq\n")
    done = run("ledger", "append", tmp_path / "log", place.entries, "--key", place.key,
               "--policy", policy)  # fmt: skip
    witness.send_signal(signal.SIGTERM)
    assert witness.wait(LIMIT_S) == 0
    assert done.returncode == 0, done.stderr
    checked = run("ledger", "verify", tmp_path / "log", "--policy", policy, "--max-age", 600)
    assert f"{NAME} 1 pq 20" in checked.stderr


def test_nothing_is_published_that_nobody_witnessed(place: Place) -> None:
    before = (place.log / "checkpoint").read_bytes()
    silent = place.folder / "silent.txt"
    silent.write_text(place.policy.read_text().replace("127.0.0.1:", "127.0.0.1:1/"))
    done = run("ledger", "append", place.log, place.entries, "--policy", silent, "--key", place.key,
               "--limit", 5)  # fmt: skip
    assert done.returncode == 20
    assert "too few witnesses have cosigned: none" in done.stderr
    assert "witness w: can't be asked" in done.stderr
    assert len(done.stdout.split()) == 2, "it is durable, and says its number"
    assert (place.log / "checkpoint").read_bytes() == before
    place.entries.write_text("")
    assert place.append().returncode == 0
    assert (place.log / "checkpoint").read_bytes() != before
    place.write(CHANGE)


def test_a_monitor_says_what_is_new_once_and_what_can_t_be_so(place: Place, tmp_path: Path) -> None:
    copy, state = tmp_path / "log", tmp_path / "state"
    shutil.copytree(place.log, copy)
    monitor = ("ledger", "monitor", copy, "--policy", place.policy, "--state", state)
    first, again = run(*monitor), run(*monitor)
    assert first.stdout.count('"type":"config.change"') >= 1
    assert (again.returncode, again.stdout) == (0, "")
    alone = tmp_path / "alone.txt"
    alone.write_text(place.policy.read_text().replace("quorum w", "quorum none"))
    opened = {"type": "unseal.done", "order": A, "n": 1, "root": A}
    (tmp_path / "opened").write_text(json.dumps(opened))
    assert run("ledger", "append", copy, tmp_path / "opened", "--policy", alone,
               "--key", place.key).returncode == 0  # fmt: skip
    found = run("ledger", "monitor", copy, "--policy", alone, "--state", tmp_path / "other")
    assert found.returncode == 20
    assert "contrejour: alarm: entry" in found.stderr
    assert "unseal.done of an order that was not declared before" in found.stderr
    assert "contrejour: error: alarms: 1\n" in found.stderr


def alarms(process: Popen[str], count: int) -> list[dict[str, str]]:
    """So many lines about alarms; entries are passed over."""
    assert process.stdout
    told = (json.loads(line) for line in process.stdout)
    return list(islice((each for each in told if "type" not in each), count))


def test_a_monitor_goes_on_by_itself_and_tells_an_alarm_once_and_when_it_is_over(
    place: Place, tmp_path: Path
) -> None:
    """A log over HTTP: a recorder falls silent and speaks, then another log stands there."""
    log, other, state = tmp_path / "log", tmp_path / "other", tmp_path / "state"
    policy, told = tmp_path / "policy.txt", tmp_path / "told"
    for folder in (log, other):
        made = run("ledger", "init", folder, "--name", NAME, "--key", place.key)
    policy.write_text(f"log {made.stdout}quorum none\n")

    def append(folder: Path, **entry: object) -> None:
        told.write_text(json.dumps(entry) + "\n")
        done = run("ledger", "append", folder, told, "--key", place.key, "--policy", policy)
        assert done.returncode == 0, done.stderr

    batch = {"type": "segment.batch", "edge": "bus-041", "root": A}
    append(log, **batch, **{"from": 0, "to": 9, "n": 9, "at": "2020-01-01T00:00:00Z"})
    shown = [log]
    with LedgerServer("127.0.0.1", 0, lambda *asked: of_log(shown[0])(*asked)) as server:
        monitor = start("ledger", "monitor", server.url, "--state", state, "--policy", policy,
                        "--every", 0.2, "--json", "--page", tmp_path / "page.html",
                        env=FRENCH)  # fmt: skip
        (silent,) = alarms(monitor, 1)
        assert silent["alarm"] == "silent"
        assert silent["text"] == "bus-041 has been silent since 2020-01-01T00:00:00Z"
        append(log, **batch, **{"from": 9, "to": 20, "n": 11})
        append(log, type="unseal.done", order=A, n=3, root=A)
        assert {next(iter(each.items())) for each in alarms(monitor, 2)} == {
            ("over", "silent"), ("alarm", "entry"),
        }  # fmt: skip
        append(other, **CHANGE)
        shown[0] = other
        while alarms(monitor, 1)[0].get("alarm") != "fork":
            pass  # in the round in which it was exchanged, its tiles don't fit
        page, size = tmp_path / "page.html", f"<p>{NAME}<br>3 inscriptions, vues par : personne</p>"
        forked = (
            f"<li>le journal de {NAME} a été vu avec 3 entrées, et {NAME} en a maintenant 1</li>"
        )
        assert until(lambda: forked in page.read_text())
        assert size in page.read_text()
        assert (tmp_path / "state.fork").exists()
        monitor.send_signal(signal.SIGTERM)
        _, told_people = monitor.communicate(timeout=LIMIT_S)
    assert monitor.returncode == 0
    for line in (
        "contrejour: alarm: bus-041 se tait depuis 2020-01-01T00:00:00Z\n",
        "contrejour: over: bus-041 se tait depuis 2020-01-01T00:00:00Z\n",
        f"contrejour: alarm: le journal de {NAME} a été vu avec 3 entrées, et {NAME} en a "
        "maintenant 1\n",
    ):
        assert told_people.count(line) == 1
    assert (tmp_path / "state.fork").read_bytes() == (other / "checkpoint").read_bytes()
    assert state.read_bytes() == (log / "checkpoint").read_bytes()
    again = run("ledger", "monitor", other, "--state", state, "--policy", policy)
    assert again.returncode == 20
    assert "hint: keep both checkpoints" in again.stderr


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e300", "soon"])
@pytest.mark.parametrize("option", ["--every", "--batch"])
def test_a_time_that_is_none_is_refused(option: str, value: str, tmp_path: Path) -> None:
    done = run("ledger", "monitor", tmp_path, "--state", tmp_path / "s", "--policy", tmp_path / "p",
               option, value)  # fmt: skip
    assert done.returncode == 2
    assert f"argument {option}: seconds, more than 0 and up to 86400" in done.stderr


def test_a_monitor_knows_from_the_policy_who_owes_a_key(place: Place, tmp_path: Path) -> None:
    made = run("ledger", "init", tmp_path / "log", "--name", NAME, "--key", place.key)
    policy, told, who = tmp_path / "policy.txt", tmp_path / "told", tmp_path / "open.policy"
    policy.write_text(f"log {made.stdout}quorum none\n")
    told.write_text("".join(json.dumps(each) + "\n" for each in [
        {"type": "keyset.publish", "role": "vault", "epoch": "2026-01-01", "keys": A},
        {"type": "epoch.shred", "role": "vault", "epoch": "2026-01-01", "method": "hsm"},
    ]))  # fmt: skip
    run("keys", "new", tmp_path / "dpo.key")
    theirs = run("ledger", "init", tmp_path / "dpo", "--name", "dpo", "--key", tmp_path / "dpo.key")
    who.write_text(f"party vault {made.stdout}party dpo {theirs.stdout}party clerk age1x\n"
                   "party judge x\ngroup open all vault dpo clerk\nquorum open\n")  # fmt: skip
    run("ledger", "append", tmp_path / "log", told, "--key", place.key, "--policy", policy)
    monitor = ("ledger", "monitor", tmp_path / "log", "--state", tmp_path / "state",
               "--policy", policy)  # fmt: skip
    assert run(*monitor).returncode == 0
    found = run(*monitor, "--open-policy", who, env=FRENCH)
    assert found.returncode == 20
    assert "contrejour: alarm: dpo n'a pas dit que la clé du 2026-01-01 est détruite" in (
        found.stderr
    )


def test_a_log_is_verified_and_proved_from_where_it_is_served(place: Place, tmp_path: Path) -> None:
    with LedgerServer("127.0.0.1", 0, of_log(place.log)) as server:
        assert run("ledger", "verify", server.url, "--policy", place.policy).returncode == 0
        proof, entry = tmp_path / "0.tlog-proof", tmp_path / "0.entry"
        done = run("ledger", "prove", server.url, 0, "-o", proof, "--entry", entry)
        assert done.returncode == 0, done.stderr
        url = server.url
    checked = run("ledger", "verify", proof, "--entry", entry, "--policy", place.policy)
    assert checked.returncode == 0, checked.stderr
    check(run("ledger", "verify", url, "--policy", place.policy), 20, "can't be asked")


def test_a_log_is_served(place: Place) -> None:
    served = start("ledger", "serve", place.log)
    assert served.stdout
    with urllib.request.urlopen(served.stdout.readline().strip() + "/checkpoint") as answer:
        assert answer.read() == (place.log / "checkpoint").read_bytes()
    served.send_signal(signal.SIGINT)
    assert served.wait(LIMIT_S) == 0


def test_what_doesn_t_go_together_is_refused(place: Place) -> None:
    proof, entry = place.prove()
    policy = ("--policy", place.policy)
    check(run("ledger", "verify", proof, *policy), 2, "--entry names the file")
    check(run("ledger", "verify", place.log, "--entry", entry, *policy), 2, "goes with a proof")
    check(run("ledger", "monitor", place.log, "--state", proof, *policy, "--page", entry), 2,
          "--page goes with --every")  # fmt: skip
    check(run("ledger", "prove", place.log, 999, "-o", proof, "--force"), 20, "no entry 999")
    check(run("ledger", "prove", place.log, 0, "-o", proof), 8, "exists")
    check(run("ledger", "init", place.log, "--name", NAME, "--key", place.key), 8, "a log in it")
    check(
        run("ledger", "append", place.log / "no", place.entries, "--key", place.key),
        3,
        "policy.txt",
    )
    check(run("ledger", "append", place.log, place.entries, "--key", place.folder / "w.key"), 20,
          "is signed by another key")  # fmt: skip
