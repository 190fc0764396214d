"""How a camera asks for a password: Basic (RFC 7617), or Digest (RFC 2617, RFC 7616). Pure."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass

from contrejour.media.onvif import digest

REALM = "camera"
ALGORITHMS = {"basic": "", "digest": "MD5", "digest-sha256": "SHA-256"}


@dataclass(frozen=True, slots=True)
class Login:
    """`user:password`, asked for in one of ALGORITHMS. `nonce` is given by whoever has chance."""

    text: str
    kind: str = "basic"
    nonce: str = ""

    def challenge(self) -> str:
        """The header that asks for it."""
        if self.kind == "basic":
            return f'WWW-Authenticate: Basic realm="{REALM}"'
        return (
            f'WWW-Authenticate: Digest realm="{REALM}", qop="auth", nonce="{self.nonce}", '
            f"algorithm={ALGORITHMS[self.kind]}"
        )

    def allows(self, method: str, given: str) -> bool:
        """Whether an Authorization header fits."""
        if self.kind == "basic":
            wanted = "Basic " + base64.b64encode(self.text.encode()).decode()
            return hmac.compare_digest(given.encode(), wanted.encode())
        said = digest.fields(given)
        asked = {"realm": REALM, "nonce": self.nonce, "algorithm": ALGORITHMS[self.kind]}
        wanted = digest.response(self.text, method, said | asked)
        return given.startswith("Digest ") and hmac.compare_digest(
            said.get("response", "").encode(), wanted.encode()
        )
