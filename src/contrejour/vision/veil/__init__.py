"""The veil: under the mask nothing of the input is left, on any plane.

`cells` lays a Mask on the 16 px grid of the coded picture, `apply` paints it. Both are pure.
The guarantee of the safe fills (non-interference): the painted picture is a function of the mask
and of the pixels outside it. `blur` and `mosaic` do not have it; see `fill.py`.
"""

from contrejour.vision.veil.fill import COSMETIC, FILLS, SAFE, apply
from contrejour.vision.veil.mask import boxes, cells, grid

__all__ = ["COSMETIC", "FILLS", "SAFE", "apply", "boxes", "cells", "grid"]
