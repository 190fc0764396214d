"""What can go wrong, each with the exit code that the command line gives it.

ContrejourError                1   anything below, when nothing more exact is known
├── UsageError                 2   the request makes no sense (argparse uses 2 as well)
│   └── Malformed              2   a mandate that can't be read: unknown, missing or doubtful words
├── InputMissing               3   no such file, or it can't be read
├── InputEmpty                 4   nothing in it: 0 bytes, or no frame
├── NotMedia                   5   neither a video nor a picture
├── Truncated                  6   cut short; `--allow-truncated` accepts what is left
├── Unsupported                7   a real video that can't be kept exact, so it is refused
├── OutputExists               8   `--force` replaces it
├── OutputFailed               9   disk full, or the place can't be written
├── Conditional               10   a mandate that would be lawful with the documents named
├── Refused                   11   a mandate, or an act, that no text allows
├── Busy                      12   another run is writing this output
├── DetectorError             13   a detector raised (inside a run: that frame is veiled whole)
├── ModelError                14   a model is missing, or its SHA-256 is wrong
├── MasksError                15   a masks file that can't be read or doesn't fit the input
├── SignatureError            16   a plan or a key that can't be trusted
├── PlanExpired               17   the mandate, the law or a document ran out: the camera stopped
├── CameraError               18   a camera can't be reached, or went away
│   ├── CameraRefused         18   … or refuses the password, the address, the protocol
│   └── CameraEnded           18   … or was a recording, and that is over
├── SealError                 19   a sealed file, an onion or a key that is damaged or not for this
├── LedgerError               20   a log or a proof that doesn't hold, or too few witnessed
│   └── LogForked             20   … a log that is another than the one that was seen
└── OrderError                21   an order that is not approved, expired, spent, or not for this

Interrupted (Ctrl-C, SIGTERM) leaves with 130 or 143, as shells expect.
"""

from __future__ import annotations

from collections.abc import Iterable

from contrejour.base.messages import Message, Value, has_template


class ContrejourError(Exception):
    """Base of all errors: a message, what the reader can do about it, and what came with it.

        raise OutputExists("output-exists", path=self.out)

    The hint is the message `ID.hint` with the same values, if the catalogue has one; else the
    usual one of the class. `hint=` gives another: it is for hints that are chosen where the error
    is raised. `str(error)` and `error.hint` are English. May be pickled.
    """

    exit_code = 1
    usual = ""
    """The id of the hint where there is no other."""
    others: tuple[ContrejourError, ...] = ()

    def __init__(
        self, message: Message | str, /, *, hint: Message | None = None,
        **values: Value,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message = message if isinstance(message, Message) else Message(message, **values)
        self._hint = hint

    def __str__(self) -> str:
        return str(self.message)

    @property
    def hint(self) -> str:
        """English; empty where there is none."""
        return str(self.advice or "")

    @property
    def advice(self) -> Message | None:
        """The hint; None: nothing more can be said. Nothing is read before it is asked for."""
        if self._hint:
            return self._hint
        own = f"{self.message.id}.hint"
        if has_template(own):
            return Message(own, **self.message.values)
        return Message(self.usual) if self.usual else None


class UsageError(ContrejourError):
    exit_code = 2


class Malformed(UsageError):
    @classmethod
    def of(cls, faults: Iterable[Malformed]) -> Malformed:
        """The first of several, the others with it."""
        first, *others = faults
        first.others = tuple(others)
        return first


class InputMissing(ContrejourError):
    exit_code = 3


class InputEmpty(ContrejourError):
    exit_code = 4


class NotMedia(ContrejourError):
    exit_code = 5


class Truncated(ContrejourError):
    exit_code = 6


class Unsupported(ContrejourError):
    exit_code = 7


class OutputExists(ContrejourError):
    exit_code = 8


class OutputFailed(ContrejourError):
    exit_code = 9


class Conditional(ContrejourError):
    exit_code = 10


class Refused(ContrejourError):
    exit_code = 11


class Busy(ContrejourError):
    exit_code = 12


class DetectorError(ContrejourError):
    exit_code = 13


class ModelError(ContrejourError):
    exit_code = 14


class MasksError(ContrejourError):
    exit_code = 15


class SignatureError(ContrejourError):
    exit_code = 16


class PlanExpired(ContrejourError):
    exit_code = 17


class CameraError(ContrejourError):
    """`again`: it may be worth trying again; a wrong password is not."""

    exit_code = 18
    again = True


class CameraRefused(CameraError):
    again = False


class CameraEnded(CameraError):
    again = False


class SealError(ContrejourError):
    exit_code = 19
    usual = "seal-error.hint"


class LedgerError(ContrejourError):
    exit_code = 20
    usual = "ledger-error.hint"


class LogForked(LedgerError):
    pass


class OrderError(ContrejourError):
    exit_code = 21
    usual = "order-error.hint"
