"""`python -m fakes.veil_with DETECTOR veil|watch ...`: the command line, with that detector.

Nothing heavy is imported before the command runs, as in the real one: a stop that strikes an import
here would be this module's traceback.
"""

from __future__ import annotations

import pkgutil
import sys

from contrejour.__main__ import main
from contrejour.recorded.request import DETECTOR, Options

if __name__ == "__main__":
    made = Options.__init__  # of the class itself: workers are sent what it makes
    defaults = made.__defaults__ or ()
    made.__defaults__ = tuple(sys.argv[1] if each == DETECTOR else each for each in defaults)
    if sys.argv[2] == "watch":
        from contrejour.vision import detect

        detect.build = pkgutil.resolve_name(sys.argv[1])
    sys.argv[1:] = sys.argv[2:]
    sys.exit(main())
