"""Video in and out: the only home of PyAV.

`probe` says what a file is, `index` lists its closed GOPs, a `Reader` decodes them, an `Encoder`
or `copy` makes packets again, and `mux` puts them into one file. `lumas` is for measuring.
"""

from contrejour.media.camera.decoder import Decoder, rgb_of
from contrejour.media.camera.live import Live, without_login
from contrejour.media.camera.originals.keeper import Keeper
from contrejour.media.file.index import Gop, index, probe
from contrejour.media.file.mux import check_container, mux, read_chunk, write_chunk
from contrejour.media.file.reader import Reader, lumas, repack, stills
from contrejour.media.file.truncation import is_truncated
from contrejour.media.format import Format
from contrejour.media.out.encode import CRF, PRESET, Encoder, Packed, can_copy, target
from contrejour.media.out.hls import Playlist

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
