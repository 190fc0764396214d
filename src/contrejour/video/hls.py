"""Veiled pictures as HTTP Live Streaming: fMP4 segments and a playlist (RFC 8216bis), by FFmpeg.

A segment has its name when it is whole. After a break of the stream the playlist goes on, with a
discontinuity and an init segment of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import av

from contrejour.errors import OutputFailed
from contrejour.video.encode import Packed, configure, target
from contrejour.video.format import Format

SEGMENT_S = 2
KEPT_LIVE = 6
"""Segments that stay on disk where nothing may be recorded: what a player needs, 12 seconds."""


class Playlist:
    """`FOLDER/live.m3u8` and its segments. `keep`: segments stay; else only the newest do."""

    def __init__(self, folder: Path, fmt: Format, session: str, *, keep: bool) -> None:
        """`session`: a new name, with which its files begin. Raises OutputFailed."""
        flags = ["independent_segments", "program_date_time", "temp_file"]
        flags += ["append_list", "discont_start"] if (folder / "live.m3u8").exists() else []
        flags += [] if keep else ["delete_segments"]
        options = {
            "hls_time": str(SEGMENT_S),
            "hls_list_size": str(KEPT_LIVE),
            "hls_delete_threshold": "1",
            "hls_segment_type": "fmp4",
            "hls_fmp4_init_filename": f"{session}-init.mp4",
            "hls_segment_filename": str(folder / f"{session}-%08d.m4s"),
            "hls_flags": "+".join(flags),
            "fflags": "+bitexact",
        }
        self._name = folder.name
        self._time_base = fmt.time_base
        codec = target(fmt)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._out: Any = av.open(
                str(folder / "live.m3u8"), "w", format="hls", container_options=options
            )
            self._track = self._out.add_stream(
                "libx264" if codec == "h264" else "libx265", rate=fmt.rate
            )
            configure(self._track.codec_context, fmt, live=True)
            self._track.time_base = fmt.time_base
        except (av.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def write(self, packets: Iterable[Packed]) -> None:
        """Add coded pictures. Raises OutputFailed."""
        try:
            for packed in packets:
                packet = av.Packet(packed.data)
                packet.pts = packet.dts = packed.pts
                packet.time_base, packet.stream = self._time_base, self._track
                packet.is_keyframe = packed.key
                self._out.mux(packet)
        except (av.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """End the last segment. Raises OutputFailed."""
        try:
            self._out.close()
        except (av.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> OutputFailed:
        told = getattr(error, "strerror", None) or error
        return OutputFailed(f"{self._name} can't be written: {told}", "is the disk full?")
