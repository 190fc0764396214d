"""Reading a log that is served over HTTP, as if it lay in a folder.

    with opened("https://log.example.org/rhone") as read:     # or a folder
        audit(read, trust)

The server isn't trusted: base/http_client.py bounds how long it is asked, and how much it answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from contrejour.base.errors import LedgerError
from contrejour.base.http_client import NO_ANSWER, HttpClient
from contrejour.base.messages import reason_of
from contrejour.custody import note
from contrejour.custody.ledger import tiles
from contrejour.custody.ledger.read import reader

LIMIT_S = 10.0


def is_url(where: str) -> bool:
    return where.lower().startswith(("http://", "https://"))


def target(url: str, path: str) -> str:
    """What is asked for at a log or a witness whose address is `url`. Raises ValueError."""
    return urlsplit(url).path.rstrip("/") + path


@contextmanager
def opened(where: str, limit_s: float = LIMIT_S) -> Iterator[tiles.TileReader]:
    """Reads a log that is served at an address, or lies in a folder."""
    if not is_url(where):
        yield reader(Path(where))
        return
    client = HttpClient(where, limit_s=limit_s)

    def read(path: str) -> bytes:
        nonlocal client
        most = tiles.MOST_BUNDLE if path.startswith("tile/entries/") else note.MOST_BYTES
        try:
            answer = client.ask("GET", target(where, f"/{path}"), most=most)
        except NO_ANSWER as error:
            client = HttpClient(where, limit_s=limit_s)
            raise LedgerError("log-cannot-be-asked", log=where, reason=reason_of(error)) from None
        if answer.status != 200:
            raise LedgerError("log-answered", log=where, status=answer.status, path=path)
        return answer.body

    try:
        yield read
    finally:
        client.close()
