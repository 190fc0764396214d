"""Live cameras, veiled as they come, as far as their plan goes.

many.py      run          many cameras in one process
models.py    Models       … with one set of models
camera.py    Watcher      one camera, from its decoder to its playlist
masks.py                  frames with what is hidden in them, a few frames late
empty.py                  the empty scene: learned, kept, lost, learned again
privacy.py                what is painted before anything else
load.py                   what is left out when there is too much to do
still.py, counters.py     a picture now and then; what happened
"""

from contrejour.watch.camera import Watcher
from contrejour.watch.many import run
from contrejour.watch.models import Models

__all__ = ["Models", "Watcher", "run"]
