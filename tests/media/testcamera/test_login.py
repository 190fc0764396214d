"""Who gives the right answer to the right question is let in, and nobody else."""

from __future__ import annotations

import pytest

from contrejour.media.onvif import digest
from contrejour.media.testcamera.login import ALGORITHMS, Login

TEXT = "eve:s3:cret"


def answer(login, text=TEXT, method="DESCRIBE"):
    challenge = login.challenge().partition(": ")[2]
    return digest.answer(text, method, "rtsp://127.0.0.1/cam0", challenge, "c0ffee")


@pytest.mark.parametrize("kind", [kind for kind in ALGORITHMS if kind != "basic"])
def test_a_digest_is_for_one_password_method_and_nonce(kind):
    login = Login(TEXT, kind, "n0nce")
    assert login.allows("DESCRIBE", answer(login))
    assert not login.allows("SETUP", answer(login))
    assert not login.allows("DESCRIBE", answer(login, "eve:other"))
    assert not login.allows("DESCRIBE", answer(Login(TEXT, kind, "another")))
    for nothing in ("", "Basic ZXZlOnMzOmNyZXQ=", "Digest", "Digest response=", "\xe9"):
        assert not login.allows("DESCRIBE", nothing)


def test_basic_is_for_one_password():
    login = Login("eve:secret")
    assert login.allows("GET", "Basic ZXZlOnNlY3JldA==")
    for other in ("", "Basic ZXZlOm90aGVy", "ZXZlOnNlY3JldA=="):
        assert not login.allows("GET", other)
