"""Video in and out: coded pictures become frames, and frames become coded pictures again.

    file/          a recorded file: its closed GOPs, decoded in order; chunks joined to one file;
                   both in a process that can touch nothing else
    camera/        a live camera, decoded in a process that can touch nothing else
    out/           packets made again: encoded, copied, or written as parts of a playlist
    onvif/         what a network camera says of itself, asked and never set
    testcamera/    a camera of our own that fails on request
    format.py      what a stream is, and what of it the output must repeat
    codecs.py      which codecs are decoded at all
    complaints.py  what a decoder says of damage, often in its log alone
    carried.py     parameter sets that a GOP would have from those before it
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
    from contrejour.media.file.apart import (
        Recording,
        examine,
        lumas,
        mux,
        recording,
        repack,
        stills,
    )
    from contrejour.media.file.child import import_all_of_av
    from contrejour.media.file.chunks import pack as pack_chunk
    from contrejour.media.file.chunks import times as chunk_times
    from contrejour.media.file.index import Gop, index, probe
    from contrejour.media.file.mux import check_container
    from contrejour.media.file.opened import InputFile
    from contrejour.media.file.reader import Reader
    from contrejour.media.file.truncation import is_truncated
    from contrejour.media.file.wire import planes_of
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
        "file.apart": ("Recording", "examine", "lumas", "mux", "recording", "repack", "stills"),
        "file.child": ("import_all_of_av",),
        "file.index": ("Gop", "index", "probe"),
        "file.mux": ("check_container",),
        "file.opened": ("InputFile",),
        "file.reader": ("Reader",),
        "file.truncation": ("is_truncated",),
        "file.wire": ("planes_of",),
        "format": ("Format",),
        "out.encode": ("CRF", "PRESET", "CodedPicture", "Encoder", "can_copy", "target"),
        "out.hls": ("Playlist",),
    }.items()
    for name in names
} | {
    "COPYING": ("copying", "RULES"),
    "chunk_times": ("file.chunks", "times"),
    "pack_chunk": ("file.chunks", "pack"),
}

__all__ = [
    "COPYING",
    "CRF",
    "PRESET",
    "CodedPicture",
    "Decoder",
    "Encoder",
    "Format",
    "Gop",
    "InputFile",
    "LiveStream",
    "Playlist",
    "Reader",
    "Recording",
    "Sandbox",
    "SegmentSink",
    "can_copy",
    "check_container",
    "chunk_times",
    "examine",
    "import_all_of_av",
    "index",
    "is_truncated",
    "lumas",
    "mux",
    "pack_chunk",
    "planes_of",
    "probe",
    "recording",
    "repack",
    "rgb_of",
    "sandbox_here",
    "stills",
    "target",
    "without_login",
]


def __getattr__(name: str) -> object:
    """Asked once for each name."""
    if name not in _HOMES:
        raise AttributeError(name)
    home, own = _HOMES[name]
    found: object = getattr(import_module(f"{__name__}.{home}"), own)
    globals()[name] = found
    return found
