"""A case whose parties share a log over HTTP, and the files that they carry; nothing else."""

from __future__ import annotations

import shutil
import time

from fakes import ledgers
from fakes.desks import CLEAR, MINUTE, WAY, Room
from fakes.runs import check, run, until

from contrejour.custody.cases import folder
from contrejour.custody.ledger.intake import MOST_BODY, Intake
from contrejour.custody.ledger.read import find
from contrejour.custody.ledger.server import LedgerServer, of_log
from contrejour.custody.note import Note, Signature


def cosigned(signed: Note, _: object) -> list[Signature]:
    return [each.sign(signed.text, int(time.time())) for each in ledgers.WITNESSES[:2]]


def test_a_case_is_declared_agreed_to_peeled_and_opened_over_http(room: Room) -> None:
    """Each party has its own copy; what it says goes to the log by its own command."""
    room.log.close()
    policy = (room.folder / "open.policy").read_bytes()
    with (
        Intake(room.folder / "log", ledgers.LOG, [policy], cosigned) as takes,
        LedgerServer(
            "127.0.0.1", 0, of_log(room.folder / "log", takes), most_body=MOST_BODY
        ) as server,
    ):
        log = ("--log", server.url)
        asked = room.declare("--urgent", "--opener", room.opener, *log, since=MINUTE)
        assert asked.returncode == 0, asked.stderr
        assert "order.declare is in" in asked.stderr
        assert "witnessed" in asked.stderr
        for role in ("prosecutor", "dpo"):
            own = room.folder / f"case-{role}"
            shutil.copytree(room.case, own)
            said = room("approve", own, "--as", role, "--key", f"{role}.key",
                        "--plan", "plan.json", "--pub", "plan.pub", *log)  # fmt: skip
            assert said.returncode == 0, said.stderr
            assert "order.approve is in" in said.stderr
            room.case = own
        onion = "W.onions"
        for role in WAY.split("+"):
            done = room.peel_now(role, [onion], *log)
            assert done.returncode == 0, done.stderr
            onion = done.stdout.strip()
        last = (onion, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
        check(room("open", room.case, *last, *log), 20, "not in the log")
        *_, (leaf, entry) = folder.owed(room.case).items()  # no party's: the keeper appends it
        with takes._opened() as opened:
            opened.append([entry])
        takes._wake.set()
        assert until(lambda: leaf in find({leaf}, opened.read, ledgers.trust()))
        shown = room("open", room.case, *last, *log)
        assert shown.returncode == 0, shown.stderr
    assert (room.folder / "clear" / "0000.mp4").read_bytes() == CLEAR


def test_a_log_that_takes_no_words_is_told_of_and_one_that_knows_no_policy_refuses(
    room: Room,
) -> None:
    room.log.close()
    with LedgerServer("127.0.0.1", 0, of_log(room.folder / "log")) as server:
        done = room.declare("--opener", room.opener, "--log", server.url)
        assert done.returncode == 0, done.stderr
        assert "takes no words over HTTP" in done.stderr
    room.log.close()
    with (
        Intake(room.folder / "log", ledgers.LOG, [], cosigned) as takes,
        LedgerServer("127.0.0.1", 0, of_log(room.folder / "log", takes)) as server,
    ):
        check(room("witness", room.case, "--log", server.url), 20, "refuses order.declare (403)")


def test_the_key_and_the_policy_of_a_served_log_go_together(room: Room) -> None:
    check(run("ledger", "serve", room.folder / "log", "--key", room.folder / "dpo.key"), 2,
          "--open-policy")  # fmt: skip
    check(run("ledger", "serve", room.folder / "log", "--open-policy",
              room.folder / "open.policy"), 2, "goes with --key")  # fmt: skip
