"""Where persons, faces and vehicles are in a picture. The only home of the inference runtime.

`build` makes the default detector, `look_at` decides which frames it is asked about.
"""

from contrejour.detect.look import look_at
from contrejour.detect.looker import build, model_hashes
from contrejour.detect.protocol import Detector

__all__ = ["Detector", "build", "look_at", "model_hashes"]
