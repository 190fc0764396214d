"""The `seal` section of a site file: its policy, notes and key; where all cameras are sealed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from contrejour.base.errors import InputMissing
from contrejour.base.messages import Tell
from contrejour.base.stderr import warn
from contrejour.cli import arguments
from contrejour.cli.keyfiles import private_key

if TYPE_CHECKING:
    from contrejour.live.site import Seal
    from contrejour.live.watch import SealedArchive, SealingConfig


def keeping(seal: Seal, tell: Tell = warn) -> SealingConfig:
    """What it says. Raises InputMissing, Malformed, SignatureError, SealError, LedgerError."""
    from contrejour.custody import voted
    from contrejour.custody.seal import keynotes
    from contrejour.custody.seal.chain import Edge
    from contrejour.custody.seal.parties import Parties
    from contrejour.live.watch import SealingConfig

    policies = voted.read(arguments.read_bytes(seal.policy), arguments.read_bytes(seal.witnesses))
    if missing := [each for each in seal.notes if not each.exists()]:
        raise InputMissing("keyset-does-not-exist", path=missing[0])
    parties = Parties(policies.openers, seal.notes, policies.trust)
    try:
        parties.check()
    except OSError as error:
        raise InputMissing("cannot-be-read", path=error.filename, reason=error.strerror) from error
    edge = Edge(seal.edge, private_key(seal.key, seal.password_file, tell))
    keynotes.Verifier.of(edge.name, edge.key)
    return SealingConfig(seal.folder, edge, parties, policies.hashes)


class SealingSetup:
    """Makes it when the first camera wants it; another when the site file says another."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._by: tuple[Seal, SealedArchive] | None = None
        self._lock = threading.Lock()

    def of(self, seal: Seal) -> SealedArchive:
        """Cameras of another section have been stopped by then. Raises as `keeping`, and Busy."""
        from contrejour.live.watch import SealedArchive

        with self._lock:
            if self._by and self._by[0] != seal:
                self._by[1].close()
                self._by = None
            if self._by is None:
                self._by = seal, SealedArchive(keeping(seal, self._tell), tell=self._tell)
            return self._by[1]

    def close(self) -> None:
        if self._by:
            self._by[1].close()
