"""A password is proven as safely as a camera lets it be, and to nobody who may not have it."""

from __future__ import annotations

import pytest

from contrejour.base.errors import CameraRefused
from contrejour.media.camera.relay.login import CameraLogin
from contrejour.media.onvif import digest

BASIC, MD5 = 'Basic realm="x"', 'Digest realm="x", nonce="1", qop="auth"'
SHA = f"{MD5}, algorithm=SHA-256"
SESS = f"{MD5}, algorithm=MD5-sess"


def login(*, in_clear: bool = False, text: str = "eve:s3cret") -> CameraLogin:
    return CameraLogin(text, in_clear, "rtsp://camera/x")


def test_nothing_is_said_before_it_is_asked_for() -> None:
    assert login(in_clear=True).proof("DESCRIBE", "rtsp://camera/x") == ""


@pytest.mark.parametrize(
    ("asked", "algorithm"),
    [([BASIC, MD5], None), ([f"{BASIC}, {MD5}"], None), ([MD5, SHA], "SHA-256"),
     ([SHA, BASIC], "SHA-256"), ([SESS, MD5], None)],
)  # fmt: skip
def test_the_strongest_digest_is_answered_whatever_else_is_offered(
    asked: list[str], algorithm: str | None
) -> None:
    one = login(in_clear=True)
    one.asked(asked)
    said = one.proof("DESCRIBE", "u")
    assert said.startswith("Digest ")
    found = digest.fields(said)
    assert found.get("algorithm") == algorithm
    assert found["response"] == digest.response("eve:s3cret", "DESCRIBE", found)


def test_each_proof_of_one_challenge_is_counted() -> None:
    one = login()
    one.asked([MD5])
    counts = [digest.fields(one.proof("SETUP", "u"))["nc"] for _ in range(3)]
    assert counts == ["00000001", "00000002", "00000003"]


def test_attack_15_basic_alone_is_refused_where_the_network_hears_it() -> None:
    with pytest.raises(CameraRefused, match="asks for the password in clear"):
        login().asked([BASIC])
    one = login(in_clear=True)
    one.asked([BASIC])
    assert one.proof("DESCRIBE", "u") == "Basic ZXZlOnMzY3JldA=="


def test_a_proof_that_was_refused_is_not_given_again_unless_it_came_late() -> None:
    one = login()
    one.asked([MD5])
    one.asked([f"{MD5}, stale=true"])
    with pytest.raises(CameraRefused, match="refuses the user or the password"):
        one.asked([MD5])


@pytest.mark.parametrize("asked", [[], ["Negotiate"], [SESS]])
def test_what_nobody_here_can_prove_is_refused(asked: list[str]) -> None:
    with pytest.raises(CameraRefused, match="in an unknown way"):
        login().asked(asked)


def test_who_has_no_login_proves_none() -> None:
    with pytest.raises(CameraRefused, match="refuses the user or the password"):
        login(text="").asked([MD5])
