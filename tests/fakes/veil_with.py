"""`python -m fakes.veil_with DETECTOR veil|watch ...`: the command line, with that detector."""

from __future__ import annotations

import pkgutil
import sys
from dataclasses import replace
from pathlib import Path

from contrejour.cli import main
from contrejour.recorded import pictures, run
from contrejour.recorded.request import Options, Step, Summary
from contrejour.vision import detect

veil_video = run.veil_video


def with_the_detector(source: Path, out: Path, options: Options, step: Step) -> Summary:
    return veil_video(source, out, replace(options, detector=sys.argv[1]), step)


class TheDetector(pictures.Detectors):
    def __init__(self, options: Options) -> None:
        super().__init__(replace(options, detector=sys.argv[1]))


if __name__ == "__main__":
    pictures.Detectors = TheDetector  # type: ignore[misc]
    run.veil_video = with_the_detector  # type: ignore[assignment]
    if sys.argv[2] == "watch":
        detect.build = pkgutil.resolve_name(sys.argv[1])
    sys.exit(main.main(sys.argv[2:]))
