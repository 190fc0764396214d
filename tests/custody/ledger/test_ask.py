"""Witnesses that are late, silent, wrong or lying; and a log that gets its quorum all the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from fakes.hostile import HANGING, NOISE, once, talking
from fakes.ledgers import LOG, NOW_S, POLICY, WITNESSES, Tree, entries, trust, witness
from fakes.runs import until

from contrejour.base.errors import LedgerError
from contrejour.base.messages import Message
from contrejour.custody import note
from contrejour.custody.ledger.ask import Witnesses
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.read import audit, prove, reader
from contrejour.custody.ledger.server import LedgerServer, Responder, Response, of_witness
from contrejour.custody.ledger.verify import check_entry
from contrejour.custody.ledger.witness import SIZE, Witness
from contrejour.custody.note import Signature, Signer

ALL = Tree(entries(100))
NAMES = ("north", "east", "west")


def policy(urls: dict[str, str]) -> str:
    text = POLICY
    for name, each in zip(NAMES, WITNESSES, strict=True):
        if name in urls:
            text = text.replace(str(each.key), f"{each.key} {urls[name]}")
    return text


class Honest:
    """Three witnesses on loopback."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.urls = folder, dict[str, str]()
        for name, signer in zip(NAMES, WITNESSES, strict=True):
            known = stack.enter_context(
                Witness(folder / name, signer, [LOG.key], clock=lambda: NOW_S)
            )
            self.urls[name] = stack.enter_context(
                LedgerServer("127.0.0.1", 0, of_witness(known))
            ).url


@pytest.fixture
def honest(tmp_path: Path) -> Iterator[Honest]:
    with ExitStack() as stack:
        yield Honest(tmp_path, stack)


@contextmanager
def answering(asking: Responder) -> Iterator[str]:
    with LedgerServer("127.0.0.1", 0, asking) as server:
        yield server.url


def asked(
    urls: dict[str, str], told: list[str] | None = None, limit_s: float = 20.0
) -> list[Signature]:
    heard = told if told is not None else []

    def tell(message: Message) -> None:
        heard.append(str(message))

    ask = Witnesses(trust(policy(urls)), limit_s=limit_s, clock=lambda: NOW_S, tell=tell)
    return list(ask(ALL.checkpoint(100), ALL.nodes))


def test_a_log_is_witnessed_as_it_grows_and_its_proofs_are_believed(
    honest: Honest, tmp_path: Path
) -> None:
    folder = tmp_path / "log"
    create(folder, LOG)
    believed = trust(policy(honest.urls))
    ask = Witnesses(believed, limit_s=20.0, clock=lambda: NOW_S)
    with Log(folder, LOG) as log:
        for size in (1, 2, 300, 300, 301):
            log.append(entries(size)[log.size :])
            log.publish(ask)
            assert audit(reader(folder), believed).checkpoint.size == size
    seen = check_entry(entries(301)[17], str(prove(17, reader(folder))).encode(), believed)
    assert len(seen.by) >= 2


def test_a_log_that_starts_again_asks_each_witness_what_it_saw(honest: Honest) -> None:
    assert len(asked(honest.urls)) >= 2
    assert len(asked(honest.urls)) >= 2  # knows nothing, is told 100, and goes on from there


def test_a_log_restored_from_a_backup_is_not_witnessed(honest: Honest, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    create(folder, LOG)
    told: list[str] = []
    for size in (30, 20):  # the second run knows nothing of the first
        with Log(folder, LOG) as log:
            log.append(entries(size))
            ask = Witnesses(
                trust(policy(honest.urls)),
                limit_s=20.0,
                clock=lambda: NOW_S,
                tell=lambda each: told.append(str(each)),
            )
            if size == 30:
                log.publish(ask)
            else:
                with pytest.raises(LedgerError, match="too few witnesses have cosigned"):
                    log.publish(ask)
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()
        create(folder, LOG)
    assert "it has seen 30 entries of this log, which has 20 here" in " ".join(told)


WRONG: dict[str, tuple[Responder, str]] = {
    "broken": (lambda *_: Response(500), "it answered 500"),
    "unknown": (lambda *_: Response(404), "it answered 404"),
    "forked": (lambda *_: Response(409, b"another tree\n"), "it answered 409"),
    "redirecting": (lambda *_: Response(307), "it answered 307"),
    "empty": (lambda *_: Response(200), "lines of signatures"),
    "noise": (lambda *_: Response(200, b"\xff\xfe\n"), "can't be asked"),
    "page": (lambda *_: Response(200, b"<html>\n"), "not a signature line"),
    "endless": (lambda *_: Response(200, b"x" * 100_000), "an answer without end"),
    "always another": (lambda *_: Response(409, b"7\n", SIZE), "each time"),
    "ahead": (lambda *_: Response(409, b"101\n", SIZE), "it has seen 101 entries"),
    "no size": (lambda *_: Response(409, b"many\n", SIZE), "not a number"),
    "size of noise": (lambda *_: Response(409, b"\xff\n", SIZE), "can't be asked"),
}


def signing(signer: Signer, text: str, time_s: int) -> Responder:
    return lambda *_: Response(200, signer.sign(text, time_s).line.encode())


TEXT = ALL.checkpoint(100).text
IMPOSTOR = Signer(WITNESSES[2].name, witness("mallory").private, note.COSIGNATURE)
WRONG |= {
    "stranger": (signing(witness("mallory"), TEXT, NOW_S), "without a cosignature of its own"),
    "impostor": (signing(IMPOSTOR, TEXT, NOW_S), "without a cosignature of its own"),
    "another tree": (signing(WITNESSES[2], "x\n", NOW_S), "doesn't fit"),
    "an older tree": (signing(WITNESSES[2], ALL.checkpoint(99).text, NOW_S), "doesn't fit"),
    "ten days behind": (signing(WITNESSES[2], TEXT, NOW_S - 864_000), "its clock and ours"),
    "yesterday": (signing(WITNESSES[2], TEXT, NOW_S - 86_400), "its clock and ours"),
    "tomorrow": (signing(WITNESSES[2], TEXT, NOW_S + 86_400), "its clock and ours"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_witness_counts_for_nothing_and_is_told(how: str) -> None:
    asking, why = WRONG[how]
    told: list[str] = []
    with answering(asking) as url, pytest.raises(LedgerError, match="have cosigned: none"):
        asked({"west": url}, told)
    assert len(told) == 1
    assert told[0].startswith("witness west: ")
    assert why in told[0]


@pytest.mark.parametrize("how", HANGING)
def test_a_witness_that_hangs_costs_the_limit_and_no_more(how: str, honest: Honest) -> None:
    told: list[str] = []
    with talking(HANGING[how]) as url:
        two = {**honest.urls, "west": url}
        assert {each.name for each in asked(two, told)} == {"north.example", "east.example"}
        assert told == ["witness west: no answer in time"]
        with pytest.raises(LedgerError, match="too few witnesses have cosigned: none"):
            asked({"west": url}, limit_s=0.2)
        assert until(lambda: "ask west" not in {each.name for each in threading.enumerate()})


@pytest.mark.parametrize("how", NOISE)
def test_half_an_answer_and_noise_count_for_nothing(how: str) -> None:
    said, why = NOISE[how]
    told: list[str] = []
    with talking(once(said)) as url, pytest.raises(LedgerError, match="have cosigned: none"):
        asked({"west": url}, told)
    assert told[0].startswith("witness west: ")
    assert why in told[0]


@pytest.mark.parametrize("off_s", [-864_000, 864_000])
def test_where_our_clock_is_ten_days_off_nobody_s_cosignature_is_taken(
    off_s: int, honest: Honest
) -> None:
    told: list[str] = []
    believed = trust(policy(honest.urls))
    ask = Witnesses(
        believed,
        limit_s=20.0,
        clock=lambda: NOW_S + off_s,
        tell=lambda each: told.append(str(each)),
    )
    with pytest.raises(LedgerError, match="have cosigned: none"):
        ask(ALL.checkpoint(100), ALL.nodes)
    wrong = "its clock and ours differ by more than 5 minutes"
    assert sorted(told) == [f"witness {name}: {wrong}" for name in sorted(NAMES)]


def test_whatever_witnesses_do_nothing_that_was_appended_is_lost(
    honest: Honest, tmp_path: Path
) -> None:
    create(tmp_path / "log", LOG)
    with Log(tmp_path / "log", LOG) as log:
        for size, how in enumerate(WRONG, 1):
            log.append([entries(size)[-1]])
            with answering(WRONG[how][0]) as url, pytest.raises(LedgerError) as raised:
                log.publish(Witnesses(trust(policy({"west": url})), limit_s=20.0))
            assert raised.value.exit_code == 20
            assert "what was appended is kept" in raised.value.hint
            assert log.published.size == 0
        log.publish(Witnesses(trust(policy(honest.urls)), limit_s=20.0, clock=lambda: NOW_S))
    seen = audit(reader(tmp_path / "log"), trust())
    assert seen.checkpoint.root == Tree(entries(len(WRONG))).root(len(WRONG))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "ftp://witness.example", "nowhere", "http://", "http://a:b"]
)
def test_an_address_where_nobody_is_is_told(url: str) -> None:
    told: list[str] = []
    with pytest.raises(LedgerError, match=r"too few witnesses .* \(quorum two\)"):
        asked({"west": url}, told)
    assert told[0].startswith("witness west: can't be asked: ")


def test_a_witness_without_tls_where_it_is_wanted_is_not_asked(honest: Honest) -> None:
    told: list[str] = []
    with pytest.raises(LedgerError, match="have cosigned: none"):
        asked({"west": honest.urls["west"].replace("http", "https")}, told)
    assert told[0].startswith("witness west: can't be asked: ")


def test_a_policy_without_addresses_asks_nobody() -> None:
    with pytest.raises(LedgerError, match="have cosigned: none"):
        asked({})
    alone = trust(f"log {LOG.key}\nquorum none")
    assert list(Witnesses(alone)(ALL.checkpoint(100), ALL.nodes)) == []
