"""Video in and out: the only home of PyAV.

`probe` says what a file is, `index` lists its closed GOPs, a `Reader` decodes them, an `Encoder`
or `copy` makes packets again, and `mux` puts them into one file. `lumas` is for measuring.
"""

from contrejour.video.decoder import Decoder, rgb_of
from contrejour.video.encode import CRF, PRESET, Encoder, Packed, can_copy, target
from contrejour.video.format import Format
from contrejour.video.hls import Playlist
from contrejour.video.keeper import Keeper
from contrejour.video.live import Live, without_login
from contrejour.video.mux import check_container, mux, read_chunk, write_chunk
from contrejour.video.reader import Reader, lumas, repack, stills
from contrejour.video.source import Gop, index, probe
from contrejour.video.truncation import is_truncated

__all__ = [
    "CRF",
    "PRESET",
    "Decoder",
    "Encoder",
    "Format",
    "Gop",
    "Keeper",
    "Live",
    "Packed",
    "Playlist",
    "Reader",
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
    "stills",
    "target",
    "without_login",
    "write_chunk",
]
