"""The inference runtime, without its telemetry.

`import openvino` (2026.4) reports to a web analytics service that it was imported, from every
process, with an identifier that it writes into the home folder, and waits up to three seconds for
the answer. Whoever veils footage tells nobody that they do: so the package that
sends, openvino-telemetry, is made impossible to import, and OpenVINO falls back on a stub of its
own.
"""

from __future__ import annotations

import sys
from types import ModuleType


def openvino() -> ModuleType:
    """OpenVINO, imported without its telemetry. Nothing else may import it."""
    # A None here makes the import fail (documented in the language reference, 5.3.1).
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino as runtime

    silent: ModuleType = runtime
    return silent
