"""How a login is proven to a camera: Digest (RFC 7616, RFC 2617), else Basic (RFC 7617). Pure.

Basic is the password itself, so it goes only where nobody else hears it: over TLS, to whoever a
certificate vouches for. A site may say otherwise of one camera.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from contrejour.base.errors import CameraRefused
from contrejour.media.onvif import digest


@dataclass(slots=True)
class CameraLogin:
    """`text` is user:password, or "". `in_clear`: Basic may be used. `camera`: as it is shown."""

    text: str = field(repr=False)
    in_clear: bool
    camera: str
    _challenge: str = ""
    _count: int = 0

    def asked(self, challenges: Sequence[str]) -> None:
        """A camera refused a question, and says which proofs it takes.

        Raises CameraRefused where it had one already, or where none of them is given.
        """
        digests = digest.challenges(challenges, "digest")
        basics = digest.challenges(challenges, "basic")
        stale = any(digest.fields(each).get("stale", "").lower() == "true" for each in digests)
        if not self.text or (self._challenge and not stale):
            raise CameraRefused("login-refused", camera=self.camera)
        if chosen := digest.strongest(digests):
            pass
        elif basics and self.in_clear:
            chosen = basics[0]
        elif basics:
            raise CameraRefused("password-in-clear", camera=self.camera)
        else:
            raise CameraRefused("password-asked-strangely", camera=self.camera)
        self._challenge, self._count = chosen, 0

    def proof(self, method: str, uri: str) -> str:
        """The Authorization field of a question; "" as long as nobody asked for one."""
        if not self._challenge:
            return ""
        if self._challenge.lower().startswith("basic"):
            return "Basic " + base64.b64encode(self.text.encode()).decode()
        self._count += 1
        cnonce = secrets.token_hex(8)
        return digest.answer(self.text, method, uri, self._challenge, cnonce, self._count)
