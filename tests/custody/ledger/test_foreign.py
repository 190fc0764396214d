"""Another body's witness and verifier (aics-witness, aics-tlog, Apache-2.0) on our log, unchanged.

They want Python 3.12: made anywhere, `pip install aics-witness`, with both commands in PATH.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.ledgers import LOG, entries, trust
from fakes.runs import LIMIT_S, until

from contrejour.base.errors import LedgerError
from contrejour.custody.ledger.ask import Witnesses
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.read import audit, prove, reader
from contrejour.custody.ledger.server import LedgerServer, of_log
from contrejour.custody.ledger.verify import Ages, Trust, check_entry

WITNESS, VERIFIER = shutil.which("aics-witness"), shutil.which("aics-tlog")
pytestmark = pytest.mark.skipif(
    not WITNESS or not VERIFIER, reason="no aics-witness (pip install aics-witness, Python 3.12)"
)


def theirs(*args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, args)), capture_output=True, text=True, timeout=LIMIT_S)


@pytest.fixture
def believed(tmp_path: Path) -> Iterator[Trust]:
    """A policy that wants their witness, which runs."""
    config = ("--config", tmp_path / "witness.json")
    made = theirs(WITNESS, "init", *config, "--name", "foreign.example/w")
    vkey = made.stdout.split()[-1]
    theirs(WITNESS, "add-log", *config, "--origin", LOG.name, "--vkey", LOG.key)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(WITNESS), "serve", *map(str, config), "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        assert until(lambda: answers(port))
        yield trust(f"log {LOG.key}\nwitness f {vkey} http://127.0.0.1:{port}\nquorum f")
        run.terminate()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def grown(folder: Path, size: int, believed: Trust, told: list[str] | None = None) -> None:
    if not folder.exists():
        create(folder, LOG)
    with Log(folder, LOG) as log:
        log.append(entries(size)[log.size :])
        log.publish(
            Witnesses(
                believed, tell=lambda each: (told if told is not None else []).append(str(each))
            )
        )


def test_their_witness_cosigns_our_log_as_it_grows(believed: Trust, tmp_path: Path) -> None:
    log = tmp_path / "log"
    for size in (1, 2, 300, 300, 301, 700):
        grown(log, size, believed)
        assert audit(reader(log), believed).checkpoint.size == size
    shown = str(prove(17, reader(log))).encode()
    seen = check_entry(entries(18)[17], shown, believed)
    assert check_entry(entries(18)[17], shown, believed, Ages(seen.by["f"], 600)) == seen


def test_their_witness_refuses_our_rewinds_and_forks(believed: Trust, tmp_path: Path) -> None:
    grown(tmp_path / "log", 300, believed)
    told: list[str] = []
    for name, size in (("rewound", 200), ("forked", 400)):
        create(tmp_path / name, LOG)
        with Log(tmp_path / name, LOG) as log:
            log.append([b"another", *entries(size)[1:]])
            with pytest.raises(LedgerError, match="have cosigned: none"):
                log.publish(Witnesses(believed, tell=lambda each: told.append(str(each))))
    assert told == [
        "witness f: it has seen 300 entries of this log, which has 200 here",
        "witness f: it answered 422",
    ]


def test_their_verifier_accepts_our_log_and_no_entry_that_is_not_in_it(
    believed: Trust, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    grown(log, 300, believed)
    shutil.copy(log / "checkpoint", tmp_path / "before")
    grown(log, 700, believed)
    (tmp_path / "entry").write_bytes(entries(425)[424])
    with LedgerServer("127.0.0.1", 0, of_log(log)) as server:
        known = ("--tiles", server.url, "--log-key", LOG.key, "--witness-key",
                 believed.witnesses["f"], "--quorum", 1, "--max-age", 600)  # fmt: skip
        entry = ("verify-inclusion", "--leaf", tmp_path / "entry", "--index")
        for code, args in (
            (0, ("verify-checkpoint",)),
            (0, ("verify-consistency", "--old-checkpoint", tmp_path / "before")),
            (0, (*entry, 424)),
            (1, (*entry, 425)),
        ):
            done = theirs(VERIFIER, *args, *known)
            assert done.returncode == code, (args, done.stdout, done.stderr)
