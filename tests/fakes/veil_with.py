"""`python -m fakes.veil_with DETECTOR veil|watch ...`: the command line, with that detector."""

from __future__ import annotations

import pkgutil
import sys
from functools import partial

from contrejour.cli import main
from contrejour.recorded import request
from contrejour.vision import detect

if __name__ == "__main__":
    request.Options = partial(request.Options, detector=sys.argv[1])  # type: ignore[misc,assignment]
    if sys.argv[2] == "watch":
        detect.build = pkgutil.resolve_name(sys.argv[1])
    sys.exit(main.main(sys.argv[2:]))
