"""The digests of the specifications' own examples."""

from __future__ import annotations

import base64

import pytest

from contrejour.media.onvif import digest

ASKED = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm, response):
    """Section 3.9.1."""
    login = "Mufasa:Circle of Life"
    asked = ASKED.format(algorithm)
    made = digest.answer(login, "GET", "/dir/index.html", asked, CNONCE)
    assert digest.fields(made)["response"] == response
    assert f"algorithm={algorithm}, qop=auth" in made


def test_the_strongest_of_several_challenges_is_answered():
    line = f'Basic realm="a, b", {ASKED.format("MD5")}, {ASKED.format("SHA-256")}'
    digests = digest.challenges([line, ASKED.format("ROT13")], "digest")
    assert len(digests) == 3
    assert digest.fields(digest.strongest(digests))["algorithm"] == "SHA-256"
    assert digest.strongest(digests[2:]) == ""
    assert len(digest.challenges([line], "basic")) == 1


def test_an_algorithm_that_nobody_knows_is_no_answer():
    with pytest.raises(KeyError):
        digest.answer("a:b", "GET", "/", ASKED.format("ROT13"), CNONCE)


def test_the_example_of_onvif():
    """ONVIF Application Programmer's Guide, 6.1.1.3."""
    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    made = digest.token_digest(nonce, "2010-09-16T07:50:45Z", "userpassword")
    assert made == "tuOSpGlFlIXsozq4HFNeeGeFLEI="
