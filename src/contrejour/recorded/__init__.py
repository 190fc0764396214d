"""A recorded video, or a folder of pictures, veiled: looked at, masked, rendered, published whole.

    inputs.py         which files are meant, and where each veiled copy goes
    request.py        what is asked of a run, and what came of it
    run.py            one video, step by step
    job.py            the facts of one run, and what its bytes depend on
    units.py          how a file is cut into units of work
    detected.py       the masks that follow from what the detectors see
    empty_scene.py    … and what isn't the empty scene; the empty scene as a background
    render.py         chunks, reused or rendered, joined to one video
    pool.py           who does the work of a run: the seam between its steps and its workers
    processes.py      … worker processes on this machine
    tasks.py          what a worker does with a unit: look, sample, scan, render
    results.py        … and what it gives: checked, and kept
    folder.py         the work folder, which survives a kill
    vouched.py        what of an earlier output may be believed
    pictures.py       one picture instead of a video
    picture_file.py   … its pixels, decoded in a process that can touch nothing else
    masksfile/        what is hidden in each frame, as a file that a person can edit
    report.py         one page on which a person checks an output
    moments.py        the moments of a recorded video, for whoever tunes rules on it
    evaluate/         what a veil left to be seen, against boxes that a person drew

It serves whoever holds the file already: it needs no plan, knows no law, and opens nothing that is
sealed. A live camera is another wing's, which wants a plan.

May import: base, media, vision.
"""

__all__ = [
    "detected", "empty_scene", "evaluate", "folder", "inputs", "job", "masksfile", "moments",
    "picture_file", "pictures", "pool", "processes", "render", "report", "request", "results",
    "run", "tasks", "units", "vouched",
]  # fmt: skip
