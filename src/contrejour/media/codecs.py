"""Which codecs are decoded: those that cameras send, and recorders, editors and archives write.

FFmpeg has hundreds more, of games and screens of the nineties, that nobody attacks or mends any
more (zmbv, flashsv, cinepak, msvideo1, snow): each is code that a stranger's bytes would reach. The
names are FFmpeg's (`ffmpeg -codecs`).
"""

from __future__ import annotations

from collections.abc import Collection

from av.video.stream import VideoStream

from contrejour.base.errors import Unsupported

FROM_CAMERAS = frozenset(
    ("h264", "hevc", "mjpeg", "mpeg4", "mpeg2video", "av1", "vp8", "vp9", "rawvideo")
)
"""Of network cameras, and of webcams."""
IN_FILES = FROM_CAMERAS | frozenset((
    "h263", "mpeg1video", "vc1", "dvvideo",  # camcorders, older telephones and recorders
    "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "flv1", "theora",  # … and their archives
    "prores", "dnxhd", "ffv1", "ffvhuff", "huffyuv", "png",  # editors; the last four are exact
))  # fmt: skip
_DECODERS = {
    "av1": ("av1", "libdav1d", "libaom-av1"), "flv1": ("flv1", "flv"),
    "msmpeg4v3": ("msmpeg4v3", "msmpeg4"), "vp8": ("vp8", "libvpx"), "vp9": ("vp9", "libvpx-vp9"),
}  # fmt: skip
"""Where they aren't called as the codec is."""
_SOUND = (
    "aac", "ac3", "adpcm_g726", "adpcm_ima_wav", "adpcm_ms", "alac", "amrnb", "eac3", "flac",
    "g722", "libopus", "mp2", "mp2float", "mp3", "mp3float", "opus", "pcm_alaw", "pcm_mulaw",
    "pcm_s16be", "pcm_s16le", "pcm_s24be", "pcm_s24le", "pcm_u8", "vorbis", "wmav1", "wmav2",
)  # fmt: skip
"""FFmpeg decodes some of a sound track to learn its shape; `--audio keep` copies it."""
PROBED = ",".join(
    (*(name for codec in sorted(IN_FILES) for name in _DECODERS.get(codec, (codec,))), *_SOUND)
)
"""As FFmpeg's `codec_whitelist`: the decoders that it may use while it opens a file."""


def check(stream: VideoStream, known: Collection[str] = IN_FILES) -> None:
    """Raises Unsupported, which says the codec, unless it is one of these."""
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else "?"
    if codec not in known:
        raise Unsupported("codec-not-decoded", codec=codec)
