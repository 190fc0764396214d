"""What moves, flickers or dims in a small upright picture. Pure but for seconds of memory.

    senses.py    Senses    those that are needed, over the looks of a stream
    flow.py      flow      motion between two pictures, on a coarse grid
    flames.py    Flames    what is coloured and flickers like fire: experimental
    smoke.py     Smoke     what veils the texture behind it: experimental
    grid.py                the grid, and the small picture

Every grid lies over the upright picture, about 24 cells across. Docs: docs/reference/events.md.
"""

from contrejour.vision.senses.flames import Flames
from contrejour.vision.senses.flow import flow
from contrejour.vision.senses.grid import WIDTH_PX, luma, small_size
from contrejour.vision.senses.senses import Senses
from contrejour.vision.senses.smoke import Smoke

__all__ = ["WIDTH_PX", "Flames", "Senses", "Smoke", "flow", "luma", "small_size"]
