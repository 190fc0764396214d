"""A recorded video, or a folder of pictures, veiled: looked at, masked, rendered, published whole.

    inputs.py         which files are meant, and where each veiled copy goes
    request.py        what is asked of a run, and what came of it
    run.py            one video, step by step
    units.py          how a file is cut into units of work
    processes.py      worker processes, which take units in ascending order
    tasks.py          what a worker does with one: look, sample, scan, render
    detected.py       the masks, on the detectors' word
    default_deny.py   … and on the empty scene's, with `--hide unknown`
    folder.py         the work folder, which survives a kill
    pictures.py       one picture instead of a video
    masksfile/        what is hidden in each frame, as a file that a person can edit
    report.py         one page on which a person checks an output
    moments.py        the moments of a recorded video, for whoever tunes rules on it
    evaluate/         what a veil left to be seen, against boxes that a person drew

It serves whoever holds the file already: it needs no plan, knows no law, and opens nothing that is
sealed. A live camera is another wing's, which wants a plan.

May import: base, media, vision.
"""

__all__ = [
    "default_deny", "detected", "evaluate", "folder", "inputs", "masksfile", "moments", "pictures",
    "processes", "report", "request", "run", "tasks", "units",
]  # fmt: skip
