"""A login is for the host that was named, and never in the process that decodes."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from fakes.cameras import camera
from fakes.liars import OK, liar
from fakes.memory import memory
from fakes.runs import clip

from contrejour.base.errors import CameraError, CameraRefused
from contrejour.media.camera.decoder import Decoder

USER, PASSWORD = "eve", "Tr0ub4dor-and-3"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode())
ASKS_BASIC = {
    "rtsp": b'RTSP/1.0 401 Unauthorized\r\nCSeq: CSEQ\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n',
    "http": b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n'
    b"Content-Length: 0\r\n\r\n",
}
ASKS_DIGEST = {
    kind: said.replace(b'Basic realm="x"', b'Digest realm="x", nonce="1"')
    for kind, said in ASKS_BASIC.items()
}


def with_login(address: str) -> str:
    return address.replace("://", f"://{USER}:{PASSWORD}@")


def ended(address: str) -> CameraError:
    """How a connection without a picture ends."""
    with closing(Decoder(with_login(address))) as far, pytest.raises(CameraError) as caught:
        next(far.frames())
    return caught.value


def away(kind: str, place: str) -> bytes:
    protocol = "RTSP/1.0" if kind == "rtsp" else "HTTP/1.1"
    return (
        f"{protocol} 302 Moved\r\nCSeq: CSEQ\r\nLocation: {kind}://{place}/x\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("kind", ["rtsp", "http"])
@pytest.mark.parametrize("asks", [ASKS_BASIC, ASKS_DIGEST], ids=["basic", "digest"])
def test_attack_15_a_camera_that_leads_elsewhere_gives_nobody_its_login(
    kind: str, asks: dict[str, bytes]
) -> None:
    with liar(asks[kind], asks[kind], asks[kind]) as other:
        first = (OK, away(kind, other.place)) if kind == "rtsp" else (away(kind, other.place),)
        with liar(*first) as named:
            error = ended(f"{kind}://{named.place}/x")
    assert bytes(other.told) == b""
    assert isinstance(error, CameraRefused)
    assert str(error) == (f"{kind}://{named.place}/x leads elsewhere, to {kind}://{other.place}/x")
    assert error.hint


@pytest.mark.parametrize("kind", ["rtsp", "http"])
def test_attack_15_a_password_is_never_sent_in_clear(kind: str) -> None:
    asked = [ASKS_BASIC[kind]] * 3
    with liar(*([OK, *asked] if kind == "rtsp" else asked)) as named:
        error = ended(f"{kind}://{named.place}/x")
    assert named.told
    assert BASIC not in named.told
    assert isinstance(error, CameraRefused)
    assert str(error) == f"{kind}://{named.place}/x asks for the password in clear"
    assert error.hint


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A camera that proves passwords by Digest; its address without one."""
    recording = clip(tmp_path_factory.mktemp("clips") / "a.mp4", frames=75)
    more = ("--login", f"{USER}:{PASSWORD}", "--auth", "digest")
    with camera(recording, more=more) as (address,):
        yield address


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="reads the memory of a process: as root"
)
def test_attack_15_the_login_is_nowhere_in_the_process_that_decodes(locked: str) -> None:
    with closing(Decoder(with_login(locked))) as far:
        frames = far.frames()
        next(frames)
        held = [*memory(far.pid), *(
            Path(f"/proc/{far.pid}/{name}").read_bytes() for name in ("environ", "cmdline")
        )]  # fmt: skip
        next(frames)
    assert sum(map(len, held)) > 1 << 20
    assert not [piece for piece in held if PASSWORD.encode() in piece or BASIC in piece]


def test_attack_08_the_process_that_decodes_is_connected_to_no_camera(locked: str) -> None:
    port = int(locked.rpartition(":")[2].partition("/")[0])
    with closing(Decoder(with_login(locked))) as far:
        next(far.frames())
        links = psutil.Process(far.pid).net_connections("inet")
    assert [link for link in links if link.raddr and link.raddr.port == port] == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads what a process has loaded")
def test_attack_08_no_ffmpeg_is_in_the_process_that_connects(locked: str) -> None:
    with closing(Decoder(with_login(locked))) as far:
        next(far.frames())
        loaded = [Path(f"/proc/{pid}/maps").read_text() for pid in (far.pid, far.relay_pid)]
    assert ["libavcodec" in each for each in loaded] == [True, False]
