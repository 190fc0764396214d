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
from importlib.resources import files
from pathlib import Path
from string import Template

from PIL import Image

from contrejour.base.pictures import Mask, Rgb, Source
from contrejour.recorded.masksfile import MasksHeader

STRIP, DOUBTFUL = 12, 24
"""Thumbnails: evenly spaced ones, and moments to look at."""
WIDTH_PX = 320
MOST_TRACKS = 120

Stills = Callable[[Sequence[int]], Iterable[tuple[int, Rgb]]]
"""Given frame indices, their veiled pictures: (index, (height, width, 3) uint8)."""


@dataclass(slots=True)
class MaskSummary:
    """What the report keeps of the masks: runs of each track, doubts, frames veiled whole."""

    seconds: list[float] = field(default_factory=list)
    tracks: dict[int, list[list[int]]] = field(default_factory=dict)
    doubts: dict[int, tuple[float, str]] = field(default_factory=dict)
    whole: list[list[object]] = field(default_factory=list)


def gather(rows: Iterable[tuple[int, Mask]], time_base: Fraction) -> MaskSummary:
    """Read the masks once. A track's runs are [first, last, 1 if a detector saw it else 0]."""
    seen = MaskSummary()
    for pts, mask in rows:
        at = mask.index
        seen.seconds.append(float(pts * time_base))
        if mask.whole:
            if seen.whole and seen.whole[-1][1] == at - 1 and seen.whole[-1][2] == mask.whole:
                seen.whole[-1][1] = at
            else:
                seen.whole.append([at, at, mask.whole])
                _doubt(seen, at, 0.0, mask.whole)
        for hidden in mask.boxes:
            if hidden.track is None:
                continue
            known = int(hidden.source is Source.DETECTOR)
            runs = seen.tracks.setdefault(hidden.track, [])
            if not runs or runs[-1][1] < at - 1:
                _doubt(seen, at, 0.6, "start")
            if runs and runs[-1][1] == at - 1 and runs[-1][2] == known:
                runs[-1][1] = at
            else:
                runs.append([at, at, known])
            if not known and runs[-1][1] - runs[-1][0] >= 3:
                _doubt(seen, at, 0.8 / (runs[-1][1] - runs[-1][0]), "fill")
            if hidden.score is not None:
                _doubt(seen, at, hidden.score, "score")
    for runs in seen.tracks.values():
        _doubt(seen, runs[-1][1], 0.6, "end")
    return seen


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
    """Write the page to `path`. `stills` gives frames of the output `out`."""
    seen = gather(rows, header.time_base)
    count = len(seen.seconds)
    strip = sorted({round(at * (count - 1) / max(1, STRIP - 1)) for at in range(STRIP)})
    moments = doubtful(seen, DOUBTFUL)
    pictures = {at: _jpeg(picture) for at, picture in stills(sorted({*strip, *moments}))}
    page = Template(files("contrejour.recorded").joinpath("report.html").read_text("utf-8"))
    text = page.substitute(
        name=html.escape(out.name),
        facts="".join(_facts(out, header, seen)),
        moments="".join(_figure(at, seen, pictures, seen.doubts[at][1]) for at in moments),
        strip="".join(_figure(at, seen, pictures, "") for at in strip),
        tracks=_timeline(seen),
        more=max(0, len(seen.tracks) - MOST_TRACKS),
        whole="".join(_whole(seen)),
    )
    path.write_text(text, "utf-8")


def _facts(out: Path, header: MasksHeader, seen: MaskSummary) -> Iterator[str]:
    given = header.parameters
    frames = sum(int(run[1]) - int(run[0]) + 1 for run in seen.whole)  # type: ignore[call-overload]
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
    for row, (number, runs) in enumerate(rows):
        y = 4 + row * 8
        shapes.append(f'<text x="0" y="{y + 6}">{number}</text>')
        for first, last, known in runs:
            left, wide = 30 + 970 * first / count, max(0.7, 970 * (last + 1 - first) / count)
            kind = "seen" if known else "fill"
            shapes.append(
                f'<rect class="{kind}" x="{left:.1f}" y="{y}" width="{wide:.1f}" height="6"/>'
            )
    high = 12 + 8 * len(rows)
    return f'<svg viewBox="0 0 1000 {high}" role="img" aria-label="tracks">{"".join(shapes)}</svg>'


def _whole(seen: MaskSummary) -> Iterator[str]:
    for first, last, why in seen.whole:
        start, end = _clock(seen.seconds[int(str(first))]), _clock(seen.seconds[int(str(last))])
        cells = (f"{first}-{last}", f"{start} - {end}", html.escape(str(why)))
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{seconds % 60:06.3f}"


def _jpeg(picture: Rgb) -> str:
    stream = io.BytesIO()
    small = Image.fromarray(picture)
    small.thumbnail((WIDTH_PX, WIDTH_PX))
    small.save(stream, "JPEG", quality=80)
    return base64.b64encode(stream.getvalue()).decode()
