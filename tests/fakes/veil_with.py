"""`python -m fakes.veil_with DETECTOR veil INPUT ...`: the command line, with that detector."""

from __future__ import annotations

import sys
from functools import partial

from contrejour import cli, request

if __name__ == "__main__":
    request.Options = partial(request.Options, detector=sys.argv[1])  # type: ignore[misc,assignment]
    sys.exit(cli.main(sys.argv[2:]))
