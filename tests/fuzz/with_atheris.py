"""One target under atheris, whose inputs follow what they cover.

    pip install atheris            where it has a wheel; no dependency of ours
    PYTHONPATH=src:tests python -m fuzz.with_atheris TARGET [SECONDS]

Ends with a traceback at the first fault; its input is then in a file here, named crash-…: keep it
under found/TARGET.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["contrejour"]):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzz the target that is named first."""
    name, seconds = sys.argv[1], (sys.argv[2:] or ["60"])[0]
    target, found = TARGETS[name], Path(__file__).parent / "found" / name
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(target.seeds()):
            (Path(folder) / f"seed-{number}").write_bytes(data)
        more = [str(found)] if found.is_dir() else []
        options = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048"]
        atheris.Setup([sys.argv[0], *options, folder, *more], target.run)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
