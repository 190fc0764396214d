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
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""As installed: Python keeps what it compiled."""
CONTREJOUR = [sys.executable, "-m", "contrejour"]
FLOOR = "import sys, pydantic, ruamel.yaml; open(sys.argv[1]).read()"
PEER = (
    "import sys; from ruamel.yaml import YAML; from contrejour.law.mandate.schema import Mandate; "
    "Mandate.model_validate(YAML(typ='safe', pure=True).load(open(sys.argv[1])))"
)


def seconds(command: Sequence[str]) -> float:
    """The median of some runs of a whole process; a failure ends the bench."""
    took = []
    for _ in range(RUNS + 1):
        started = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        took.append(time.monotonic() - started)
    return statistics.median(took[1:])


def large_mandate(path: Path, *ids: str) -> Path:
    """These measures of the lawful example, in turn, up to a thousand."""
    head, measures = EXAMPLE.read_text().split("measures:\n")
    each = {text.split(maxsplit=1)[0]: text for text in measures.split("  - id: ")[1:]}
    copies = [
        "  - id: " + each[ids[n % len(ids)]].replace(ids[n % len(ids)], f"m{n}", 1)
        for n in range(MEASURES)
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
        recording = large_mandate(Path(folder, "recording.yaml"), "car-enregistrer")
        mixed = large_mandate(Path(folder, "mixed.yaml"), "evenement", "car-enregistrer")
        text = long_text(Path(folder, "text.txt"))
        pdf = long_pdf(text, Path(folder, "text.pdf"))
        check = [*CONTREJOUR, "mandate", "check", "--as-of", "2027-02-12"]
        rows = [
            ("check", "floor: the imports", [sys.executable, "-c", FLOOR, str(recording)]),
            ("", "peer: ruamel.yaml in Python, the same schema, no rule",
             [sys.executable, "-c", PEER, str(recording)]),
            ("", "contrejour, 1,000 measures that record", [*check, str(recording)]),
            ("", "contrejour, 1,000 measures, half of them events", [*check, str(mixed)]),
            ("review", "contrejour, 100 pages of text", [*CONTREJOUR, "review", str(text)]),
            ("", "contrejour, 100 pages of PDF", [*CONTREJOUR, "review", str(pdf)]),
        ]  # fmt: skip
        costs = [(what, by, seconds(command)) for what, by, command in rows]
    floor = costs[0][2]
    lines = [
        "# `scripts/bench mandate`", "",
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"{time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f}. Whole processes, median of "
        f"{RUNS} runs.", "",
        "| what | by | seconds | x floor |", "|---|---|---|---|",
        *(f"| {what} | {by} | {took:.2f} | {took / floor:.1f} |" for what, by, took in costs),
    ]  # fmt: skip
    told = "\n".join(lines) + "\n"
    print(told)
    (ROOT / "bench" / "results" / "mandate.md").write_text(told)


if __name__ == "__main__":
    main()
