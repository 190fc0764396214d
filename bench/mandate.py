"""`scripts/bench mandate`: how long the law takes to answer, whole process, beside its floor.

The floor is a Python that imports the two libraries which any such program needs (pydantic,
ruamel.yaml) and reads the file; the peer is ruamel.yaml's own loader with the same schema.
Writes bench/results/mandate.md.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "tests" / "mandate" / "lawful.yaml"
TEXTS = ROOT / "tests" / "review" / "texts"
MEASURES, PAGES, PAGE_CHARACTERS, RUNS = 1000, 100, 3000, 7
CONTREJOUR = [sys.executable, "-m", "contrejour"]
FLOOR = "import sys, pydantic, ruamel.yaml; open(sys.argv[1]).read()"
PEER = (
    "import sys; from ruamel.yaml import YAML; from contrejour.mandate.schema import Mandate; "
    "Mandate.model_validate(YAML(typ='safe', pure=True).load(open(sys.argv[1])))"
)


def seconds(command: Sequence[str]) -> float:
    """The median of some runs of a whole process; a failure ends the bench."""
    took = []
    for _ in range(RUNS):
        started = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took.append(time.monotonic() - started)
    return statistics.median(took)


def large_mandate(path: Path) -> Path:
    """The lawful example with its last two measures five hundred times: windows, hours and all."""
    head, measures = EXAMPLE.read_text().split("measures:\n")
    event = measures.index("  - id: evenement")
    pair = measures[event:]
    copies = [
        pair.replace("id: evenement", f"id: e{n}").replace("id: car-enregistrer", f"id: c{n}")
        for n in range(MEASURES // 2)
    ]
    path.write_text(f"{head}measures:\n{''.join(copies)}")
    return path


def long_text(path: Path) -> Path:
    """A hundred pages: our own texts, one after the other."""
    told = "\n\n".join(each.read_text("utf-8") for each in sorted(TEXTS.glob("[!t]*.txt")))
    wanted = PAGES * PAGE_CHARACTERS
    path.write_text((f"{told}\n\n" * (wanted // len(told) + 1))[:wanted])
    return path


def long_pdf(text: Path, path: Path) -> Path:
    """The same as a PDF of a hundred pages."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), A4)
    lines = [line[at : at + 95] for line in text.read_text().splitlines()
             for at in range(0, max(len(line), 1), 95)]  # fmt: skip
    size = -(-len(lines) // PAGES)
    for first in range(0, len(lines), size):
        told = canvas.beginText(50, 800)
        told.setFont("Helvetica", 8, max(700 / size, 4))
        for line in lines[first : first + size]:
            told.textLine(line)
        canvas.drawText(told)
        canvas.showPage()
    canvas.save()
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        mandate = large_mandate(Path(folder, "mandate.yaml"))
        text = long_text(Path(folder, "text.txt"))
        pdf = long_pdf(text, Path(folder, "text.pdf"))
        rows = [
            (f"check, {MEASURES} measures", "floor: the imports",
             seconds([sys.executable, "-c", FLOOR, str(mandate)])),
            ("", "peer: ruamel.yaml in Python, the same schema, no rule",
             seconds([sys.executable, "-c", PEER, str(mandate)])),
            ("", "contrejour mandate check",
             seconds([*CONTREJOUR, "mandate", "check", str(mandate), "--as-of", "2027-02-12"])),
            (f"review, {PAGES} pages", "contrejour review, text",
             seconds([*CONTREJOUR, "review", str(text)])),
            ("", "contrejour review, PDF", seconds([*CONTREJOUR, "review", str(pdf)])),
        ]  # fmt: skip
    floor = rows[0][2]
    lines = [
        "# `scripts/bench mandate`", "",
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"{time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f}. Whole processes, median of "
        f"{RUNS} runs.", "",
        "| what | by | seconds | x floor |", "|---|---|---|---|",
        *(f"| {what} | {by} | {took:.2f} | {took / floor:.1f} |" for what, by, took in rows),
    ]  # fmt: skip
    told = "\n".join(lines) + "\n"
    print(told)
    (ROOT / "bench" / "results" / "mandate.md").write_text(told)


if __name__ == "__main__":
    main()
