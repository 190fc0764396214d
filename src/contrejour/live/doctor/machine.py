"""What the machine has: models, disk, clock, cores, a kernel that shuts decoders in."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from contrejour.base.messages import Message
from contrejour.custody.seal.clock import kernel
from contrejour.custody.seal.window import stays_in_memory
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.vocabulary import Act
from contrejour.live.doctor.finding import CheckResult, doubtful, failing, fine
from contrejour.media import Format, Sandbox, sandbox_here
from contrejour.vision.detect import models

FIRST_YEAR, LAST_YEAR = 2026, 2100
BITS_A_PIXEL = 0.1
"""Of the live encoder, of PETS 2009: 5 Mbit/s at 1080p25."""
USUAL_PIXELS_A_SECOND = 1920 * 1080 * 25
"""Of a camera that didn't say."""
CORE_SECONDS_A_PIXEL = 1 / (8 * 12 * 1280 * 720)
"""Eight cameras a core (bench/results/watch.md), the looks as rare as they may be."""
NEARLY_FULL = 0.8
MODELS, CLOCK, DISK = Message("doctor-models"), Message("doctor-clock"), Message("doctor-disk")
CORES, SANDBOX = Message("doctor-cores"), Message("doctor-sandbox")
MEMORY, SWAPS = Message("doctor-memory"), Path("/proc/swaps")


def models_here() -> Iterator[CheckResult]:
    """The files, hashed, of each model that a camera is looked at with."""
    used = {name: models.MODELS[name] for name in models.USUAL}
    kept_here = models.verify(registry=used)
    wrong = [kept for kept in kept_here if kept.state is not models.FileState.SOUND]
    for kept in wrong:
        yield failing(MODELS, "model-file-bad", code=14, model=kept.model.name, file=kept.file.name)
    if not wrong:
        yield fine(MODELS, "models-are-here", models=len(used))


def clock(now: datetime, asked: Callable[[], bool | None] | None = None) -> Iterator[CheckResult]:
    """The year, whether the kernel holds it for set, and that the other clock goes forward."""
    if not FIRST_YEAR <= now.year < LAST_YEAR:
        yield failing(CLOCK, "clock-says-year", year=now.year)
        return
    if not time.get_clock_info("monotonic").monotonic:
        yield failing(CLOCK, "clock-not-monotonic")
    held = (asked or synchronised)()
    if held:
        yield fine(CLOCK, "clock-set-by-ntp")
    elif held is None:
        yield doubtful(CLOCK, "clock-perhaps-set")
    else:
        yield doubtful(CLOCK, "clock-not-set-by-ntp")


def synchronised() -> bool | None:
    """Whether the kernel holds its clock for set (adjtimex(2)); None where it can't be asked."""
    return kernel()[0]


def disk(
    folder: Path, cameras: Iterable[str], formats: Mapping[str, Format], plan: Plan | None,
    now: datetime,
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
) -> Iterator[CheckResult]:  # fmt: skip
    """Whether what the plan has recorded until its last moment fits."""
    place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    room, need = free(place), 0
    for name in cameras:
        keeps = _kept(plan, name, now)
        room += sum(path.stat().st_size for path in (folder / name).rglob("*.m4s"))
        need += round(pixels_a_second(formats.get(name)) * BITS_A_PIXEL / 8 * keeps.total_seconds())
    needed_gb, free_gb = need / 1e9, room / 1e9
    if plan is None:
        yield doubtful(DISK, "disk-without-plan")
    elif need > room:
        yield failing(DISK, "disk-too-small", code=9, needed_gb=needed_gb, free_gb=free_gb)
    elif need > NEARLY_FULL * room:
        yield doubtful(DISK, "disk-nearly-full", needed_gb=needed_gb, free_gb=free_gb)
    else:
        yield fine(DISK, "disk-needs", needed_gb=needed_gb, free_gb=free_gb)


def _kept(plan: Plan | None, name: str, now: datetime) -> timedelta:
    """How long what is recorded now may stay."""
    if plan is None or name not in plan.cameras:
        return timedelta(0)
    if not any(Act.RECORD in grant.acts for grant in plan.grants(name)):
        return timedelta(minutes=1)
    return max(timedelta(0), plan.destroy_by(name, now) - now)


def pixels_a_second(fmt: Format | None) -> float:
    return float(fmt.width * fmt.height * fmt.rate) if fmt else USUAL_PIXELS_A_SECOND


def cores(cameras: Iterable[str], formats: Mapping[str, Format], there: int) -> CheckResult:
    """Whether the machine keeps up when all cameras see a crowd."""
    asked = sum(pixels_a_second(formats.get(name)) for name in cameras) * CORE_SECONDS_A_PIXEL
    if asked > there:
        return doubtful(CORES, "cores-too-few", there=there, needed=asked)
    return fine(CORES, "cores-needed", there=there, needed=asked)


def cores_here() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def memory(
    swaps: Path = SWAPS, locks: Callable[[], bool] = stays_in_memory
) -> Iterator[CheckResult]:
    """Whether the secret halves of keys, which live for moments, may reach a disk as swap."""
    try:
        swapping = len(swaps.read_text().splitlines()) > 1  # the first line is a heading
    except OSError:
        swapping = True  # as far as anybody knows
    if not swapping:
        yield fine(MEMORY, "memory-without-swap")
    elif locks():
        yield fine(MEMORY, "memory-locked")
    else:
        yield doubtful(MEMORY, "memory-may-be-swapped")


def sandbox(limit_s: float) -> CheckResult:
    """What holds a process that shuts itself in, tried on one."""
    held = sandbox_here(limit_s)
    if held is Sandbox.LANDLOCK:
        return fine(SANDBOX, "sandbox-holds")
    if held is Sandbox.SECCOMP:
        return doubtful(SANDBOX, "sandbox-without-landlock")
    return doubtful(SANDBOX, "sandbox-weak")
