"""The empty scene of a fixed camera, and what of a picture is not proven to be it.

    learn.py    Learner          from sample frames, only where no mask lay
    proof.py                     when a cell is proven
    scene.py    Scene            what was learned, saved and loaded
    compare.py  unknown, hold    the cells to hide: unproven, or unlike the scene
                changed, denied  those unlike it alone; and the former by them
    sampling.py spaced       which frames it is learned from
    blocks.py                    block means and light, on which the others stand

Default deny: a cell is shown only if it was learned and looks learned. Docs: docs/design/scene.md.
"""

from contrejour.vision.scene.compare import changed, denied, hold, unknown
from contrejour.vision.scene.learn import Learner
from contrejour.vision.scene.scene import Scene

load = Scene.load

__all__ = ["Learner", "Scene", "changed", "denied", "hold", "load", "unknown"]
