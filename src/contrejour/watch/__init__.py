"""Live cameras, veiled as they come, as far as their plan goes.

many.py      Models, run  many cameras in one process
cameras.py   Cameras      … of which some may start and stop while others go on
wanted.py    Wanted       which are to run; what changes when the configuration is read again
camera.py    Watcher      one camera, from its decoder to its playlist
masks.py                  frames with what is hidden in them, a few frames late
empty.py                  the empty scene: learned, kept, lost, learned again
privacy.py                what is painted before anything else
load.py                   what is left out when there is too much to do
still.py, counters.py     a picture now and then; what happened
"""

from contrejour.watch.camera import Watcher, acts_of
from contrejour.watch.cameras import Cameras
from contrejour.watch.many import Models, run
from contrejour.watch.wanted import Changes, Wanted, differ

__all__ = ["Cameras", "Changes", "Models", "Wanted", "Watcher", "acts_of", "differ", "run"]
