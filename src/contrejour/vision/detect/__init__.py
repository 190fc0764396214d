"""Where persons, faces and vehicles are in a picture. The only home of the inference runtime.

protocol.py    the seam: whoever says where persons, faces and vehicles are
look.py        when to look, and when not
looker.py      the detectors together: near.py and turned.py look again; guard.py lets none break us
picodet.py     persons, vehicles, bags: int8.py computes it in integers, figure.py tries it first
faces.py       faces, found in order to be erased
net.py         a network in OpenVINO; runtime.py imports that without its telemetry
registry.py    which weights, from where, by which hash: fetch.py gets them, models.py keeps them

`build` makes the default detector, `look_at` decides which frames it is asked about. Both are
imported when they are first named, so that the command line can list its commands at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contrejour.vision.detect.look import look_at
    from contrejour.vision.detect.looker import build, build_at_once, build_thorough, model_hashes
    from contrejour.vision.detect.protocol import Detector

RULES = 3
"""Version, by definition, of what is looked at and how: another renames chunks and begins anew."""

__all__ = [
    "RULES",
    "Detector",
    "build",
    "build_at_once",
    "build_thorough",
    "look_at",
    "model_hashes",
]
_HOMES = {
    "Detector": "protocol",
    "build": "looker",
    "build_at_once": "looker",
    "build_thorough": "looker",
    "look_at": "look",
    "model_hashes": "looker",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
