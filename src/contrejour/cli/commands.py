"""The table of all commands, in the order in which `--help` shows them."""

from __future__ import annotations

from contrejour.cli.cameras import CAMERAS
from contrejour.cli.case import CASE
from contrejour.cli.completion import COMPLETION
from contrejour.cli.doctor import DOCTOR
from contrejour.cli.evaluate import EVAL
from contrejour.cli.events import EVENTS
from contrejour.cli.keys import KEYS
from contrejour.cli.ledger import LEDGER
from contrejour.cli.mandate import MANDATE
from contrejour.cli.models import MODELS
from contrejour.cli.review import REVIEW
from contrejour.cli.seal import OPEN, SEAL
from contrejour.cli.shred import SHRED
from contrejour.cli.testing import TESTING
from contrejour.cli.veil import VEIL
from contrejour.cli.watch import WATCH

COMMANDS = (
    VEIL, EVAL, MODELS, MANDATE, KEYS, LEDGER, REVIEW, WATCH, CAMERAS, DOCTOR, EVENTS, CASE,
    TESTING, SEAL, OPEN, SHRED, COMPLETION,
)  # fmt: skip
