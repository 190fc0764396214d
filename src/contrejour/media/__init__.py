"""Video in and out: coded pictures become frames, and frames become coded pictures again.

    file/          a recorded file: its closed GOPs, decoded in order; chunks joined to one file
    camera/        a live camera, decoded in a process that can touch nothing else
    out/           packets made again: encoded, copied, or written as parts of a playlist
    onvif/         what a network camera says of itself, asked and never set
    testcamera/    a camera of our own that fails on request
    format.py      what a stream is, and what of it the output must repeat
    codecs.py      which codecs are decoded at all
    copying.py     what of a packet may be copied: what was looked at
    parameters.py  parameter sets that may be, read to their last bit
    nal.py         just enough of H.264, H.265 and MPEG-4 to tell where decoding may begin
    sets.py        whether the parameter sets that a stream repeats may be believed

It is the only home of PyAV, and so of FFmpeg. It knows a frame's samples and its time, not what is
in it: who is seen is vision's to say, and whether anything may be seen at all is law's. Nothing
here judges, opens or publishes.

Its names are imported when they are asked for: a process that needs no FFmpeg, such as the one that
connects to a camera, loads none.

May import: base.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contrejour.media.camera.decoder import Decoder, rgb_of
    from contrejour.media.camera.live import LiveStream, without_login
    from contrejour.media.camera.originals.sink import SegmentSink
    from contrejour.media.camera.sandbox import Sandbox, sandbox_here
    from contrejour.media.copying import RULES as COPYING
    from contrejour.media.file.index import Gop, index, probe
    from contrejour.media.file.mux import check_container, mux, read_chunk, write_chunk
    from contrejour.media.file.reader import Reader, lumas, repack, stills
    from contrejour.media.file.truncation import is_truncated
    from contrejour.media.format import Format
    from contrejour.media.out.encode import CRF, PRESET, CodedPicture, Encoder, can_copy, target
    from contrejour.media.out.hls import Playlist

_HOMES = {
    name: (home, name)
    for home, names in {
        "camera.decoder": ("Decoder", "rgb_of"),
        "camera.live": ("LiveStream", "without_login"),
        "camera.originals.sink": ("SegmentSink",),
        "camera.sandbox": ("Sandbox", "sandbox_here"),
        "file.index": ("Gop", "index", "probe"),
        "file.mux": ("check_container", "mux", "read_chunk", "write_chunk"),
        "file.reader": ("Reader", "lumas", "repack", "stills"),
        "file.truncation": ("is_truncated",),
        "format": ("Format",),
        "out.encode": ("CRF", "PRESET", "CodedPicture", "Encoder", "can_copy", "target"),
        "out.hls": ("Playlist",),
    }.items()
    for name in names
} | {"COPYING": ("copying", "RULES")}

__all__ = [
    "COPYING",
    "CRF",
    "PRESET",
    "CodedPicture",
    "Decoder",
    "Encoder",
    "Format",
    "Gop",
    "LiveStream",
    "Playlist",
    "Reader",
    "Sandbox",
    "SegmentSink",
    "can_copy",
    "check_container",
    "index",
    "is_truncated",
    "lumas",
    "mux",
    "probe",
    "read_chunk",
    "repack",
    "rgb_of",
    "sandbox_here",
    "stills",
    "target",
    "without_login",
    "write_chunk",
]


def __getattr__(name: str) -> object:
    """Asked once for each name."""
    if name not in _HOMES:
        raise AttributeError(name)
    home, own = _HOMES[name]
    found: object = getattr(import_module(f"{__name__}.{home}"), own)
    globals()[name] = found
    return found
