"""Live cameras, veiled as they come, as far as their plan goes.

cameras.py   Cameras      many cameras in one process, which may come and go
configured.py                … those of the configuration, which may be read again
models.py    Models       … with one set of models
desired.py   CameraConfig which are to run; what changes when the configuration is read again
camera.py    Watcher      one camera, from its decoder to its playlist
hiding.py                 frames with what is hidden in them, a few frames late
events.py    Events       what happens, as far as the plan asks for it
empty.py                  the empty scene: learned, kept, lost, learned again
privacy.py                what is painted before anything else
load.py                   what is left out when there is too much to do
still.py, counters.py     a picture now and then; what happened
"""

from contrejour.live.sealing.archive import SealedArchive, SealingConfig
from contrejour.live.watch.camera import Watcher, acts_of, shows
from contrejour.live.watch.cameras import RunningCameras
from contrejour.live.watch.configured import RELOAD, STOP, ConfiguredCameras
from contrejour.live.watch.desired import CameraConfig, Changes, differ
from contrejour.live.watch.events import Events
from contrejour.live.watch.models import Models

__all__ = [
    "RELOAD",
    "STOP",
    "CameraConfig",
    "Changes",
    "ConfiguredCameras",
    "Events",
    "Models",
    "RunningCameras",
    "SealedArchive",
    "SealingConfig",
    "Watcher",
    "acts_of",
    "differ",
    "shows",
]  # fmt: skip
