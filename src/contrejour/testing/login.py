"""How a camera asks for a password: Basic (RFC 7617), or Digest (RFC 2617, RFC 7616). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

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
        name, _, rest = given.partition(" ")
        said = {key: a or b for key, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]*))', rest)}
        answer = answered(self.text, self.kind, method, {**said, "nonce": self.nonce})
        return name == "Digest" and hmac.compare_digest(said.get("response", ""), answer)


def answered(text: str, kind: str, method: str, said: Mapping[str, str]) -> str:
    """The `response` to a challenge: RFC 7616, 3.4.1; without qop as RFC 2069 had it."""
    user, _, password = text.partition(":")

    def digest(*parts: str) -> str:
        data = ":".join(parts).encode()
        made = hashlib.sha256(data) if kind == "digest-sha256" else hashlib.md5(data)
        return made.hexdigest()

    who = digest(user, REALM, password)
    what = digest(method, said.get("uri", ""))
    middle = [said.get("nonce", "")]
    if "qop" in said:
        middle += [said.get("nc", ""), said.get("cnonce", ""), said["qop"]]
    return digest(who, *middle, what)
