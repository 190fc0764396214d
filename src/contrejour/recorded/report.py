"""The report: one page on which a person checks an output in minutes, the doubtful moments first.

Self-contained (no network, no script), French and English. Every picture in it is a frame of the
*output*: nothing of the input can be in it.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.resources import files as package_files
from pathlib import Path
from string import Template

from PIL import Image

from contrejour.base import files
from contrejour.base.pictures import HiddenBox, Mask, Rgb, Source
from contrejour.recorded.masksfile import MasksHeader

STRIP, DOUBTFUL = 12, 24
"""Thumbnails: evenly spaced ones, and moments to look at."""
WIDTH_PX = 320
MOST_TRACKS = 120

Stills = Callable[[Sequence[int]], Iterable[tuple[int, Rgb]]]
"""Given frame indices, their veiled pictures: (index, (height, width, 3) uint8)."""


@dataclass(slots=True)
class Stretch:
    """Frames `first` to `last` (indices, both included), of which all the same can be said."""

    first: int
    last: int
    what: str
    """Of a track "seen" or "fill"; of frames veiled whole, why they are."""


@dataclass(slots=True)
class MaskSummary:
    """What the report keeps of the masks."""

    seconds: list[float] = field(default_factory=list)
    """The time of each frame."""
    tracks: dict[int, list[Stretch]] = field(default_factory=dict)
    """When each track was seen by a detector, and when it was hidden unseen."""
    doubts: dict[int, tuple[float, str]] = field(default_factory=dict)
    """Of a doubtful frame, how sure it is, from 0 to 1, and why it is doubtful."""
    whole: list[Stretch] = field(default_factory=list)
    """Frames veiled whole."""


def gather(rows: Iterable[tuple[int, Mask]], time_base: Fraction) -> MaskSummary:
    """What there is to report of these masks, which are read once."""
    seen = MaskSummary()
    for pts, mask in rows:
        at = mask.index
        seen.seconds.append(float(pts * time_base))
        if mask.whole and _longer(seen.whole, at, mask.whole):
            _doubt(seen, at, 0.0, mask.whole)
        for hidden in mask.boxes:
            if hidden.track is not None:
                _add(seen, at, hidden.track, hidden)
    for stretches in seen.tracks.values():
        _doubt(seen, stretches[-1].last, 0.6, "end")
    return seen


def _add(seen: MaskSummary, at: int, track: int, hidden: HiddenBox) -> None:
    """One box of a track."""
    stretches = seen.tracks.setdefault(track, [])
    if not stretches or stretches[-1].last < at - 1:
        _doubt(seen, at, 0.6, "start")
    what = "seen" if hidden.source is Source.DETECTOR else "fill"
    _longer(stretches, at, what)
    unseen = stretches[-1].last - stretches[-1].first
    if what == "fill" and unseen >= 3:
        _doubt(seen, at, 0.8 / unseen, "fill")
    if hidden.score is not None:
        _doubt(seen, at, hidden.score, "score")


def _longer(stretches: list[Stretch], at: int, what: str) -> bool:
    """Make the last stretch longer by a frame, or begin one; whether one began."""
    if stretches and stretches[-1].last == at - 1 and stretches[-1].what == what:
        stretches[-1].last = at
        return False
    stretches.append(Stretch(at, at, what))
    return True


def _doubt(seen: MaskSummary, at: int, certainty: float, why: str) -> None:
    if at not in seen.doubts or certainty < seen.doubts[at][0]:
        seen.doubts[at] = (certainty, why)


def doubtful(seen: MaskSummary, most: int) -> list[int]:
    """The least certain frames, least certain first, no two within half a second."""
    chosen: list[int] = []
    for at, _ in sorted(seen.doubts.items(), key=lambda item: (item[1][0], item[0])):
        if all(abs(seen.seconds[at] - seen.seconds[other]) > 0.5 for other in chosen):
            chosen.append(at)
        if len(chosen) == most:
            break
    return chosen


def write_report(
    path: Path, out: Path, header: MasksHeader, rows: Iterable[tuple[int, Mask]], stills: Stills
) -> None:
    """Write the page to `path`, durable. `stills` gives frames of the output `out`."""
    seen = gather(rows, header.time_base)
    count = len(seen.seconds)
    strip = sorted({round(at * (count - 1) / max(1, STRIP - 1)) for at in range(STRIP)})
    moments = doubtful(seen, DOUBTFUL)
    pictures = {at: _jpeg(picture) for at, picture in stills(sorted({*strip, *moments}))}
    page = Template(package_files("contrejour.recorded").joinpath("report.html").read_text("utf-8"))
    text = page.substitute(
        name=html.escape(out.name),
        facts="".join(_facts(out, header, seen)),
        moments="".join(_figure(at, seen, pictures, seen.doubts[at][1]) for at in moments),
        strip="".join(_figure(at, seen, pictures, "") for at in strip),
        tracks=_timeline(seen),
        more=max(0, len(seen.tracks) - MOST_TRACKS),
        whole="".join(_whole(seen)),
    )
    files.replace(path, text.encode())


def _facts(out: Path, header: MasksHeader, seen: MaskSummary) -> Iterator[str]:
    given = header.parameters
    frames = sum(stretch.last - stretch.first + 1 for stretch in seen.whole)
    facts = {
        "entrée / input": f"{header.input_name} · SHA-256 {header.input_sha256}",
        "sortie / output": f"{out.name} · SHA-256 {given.get('output_sha256', '')}",
        "images / frames": len(seen.seconds),
        "pistes / tracks": len(seen.tracks),
        "voilées entières / veiled whole": frames,
        "copiées telles quelles / copied as they were": given.get("frames_copied", 0),
        "masqué / hidden": given.get("hide", ""),
        "remplissage / fill": given.get("fill", ""),
        "modèles / models": ", ".join(name for name, _ in header.models),
        "logiciel / software": header.generator,
    }
    for name, value in facts.items():
        yield f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"


WHY = {
    "start": "une piste commence / a track starts",
    "end": "une piste finit / a track ends",
    "fill": "vu de personne depuis un moment / unseen for a while",
    "score": "détection peu sûre / unsure detection",
}


def _figure(at: int, seen: MaskSummary, pictures: dict[int, str], why: str) -> str:
    if at not in pictures:
        return ""
    said = html.escape(WHY.get(why, why))
    return (
        f'<figure><img src="data:image/jpeg;base64,{pictures[at]}" alt="image {at}" loading="lazy">'
        f"<figcaption><b>{_clock(seen.seconds[at])}</b> · {at}<br>{said}</figcaption></figure>"
    )


def _timeline(seen: MaskSummary) -> str:
    """Rows of tracks as SVG: solid where a detector saw them, pale where filled."""
    rows = sorted(seen.tracks.items())[:MOST_TRACKS]
    count = max(1, len(seen.seconds))
    shapes = []
    for row, (number, stretches) in enumerate(rows):
        y = 4 + row * 8
        shapes.append(f'<text x="0" y="{y + 6}">{number}</text>')
        for each in stretches:
            left = 30 + 970 * each.first / count
            wide = max(0.7, 970 * (each.last + 1 - each.first) / count)
            shapes.append(
                f'<rect class="{each.what}" x="{left:.1f}" y="{y}" width="{wide:.1f}" height="6"/>'
            )
    high = 12 + 8 * len(rows)
    return f'<svg viewBox="0 0 1000 {high}" role="img" aria-label="tracks">{"".join(shapes)}</svg>'


def _whole(seen: MaskSummary) -> Iterator[str]:
    for each in seen.whole:
        start, end = _clock(seen.seconds[each.first]), _clock(seen.seconds[each.last])
        cells = (f"{each.first}-{each.last}", f"{start} - {end}", html.escape(each.what))
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{seconds % 60:06.3f}"


def _jpeg(picture: Rgb) -> str:
    stream = io.BytesIO()
    small = Image.fromarray(picture)
    small.thumbnail((WIDTH_PX, WIDTH_PX))
    small.save(stream, "JPEG", quality=80)
    return base64.b64encode(stream.getvalue()).decode()
