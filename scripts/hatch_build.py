"""What goes into the wheel beside the modules: documents, and catalogues in their compiled form.

An editable installation gets neither: it reads docs/ and the text of the catalogues where they are.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DOCUMENTS = ("docs/design", "docs/guide", "docs/reference", "bench/results")
BASE = "src/contrejour/base"


class Wheel(BuildHookInterface[Any]):
    """Asked by hatchling before and after a wheel is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Hints name the documents: importlib.resources finds them as contrejour/docs."""
        if version == "editable":
            return
        root = Path(self.root)
        self._place = TemporaryDirectory()
        included = build_data["force_include"]
        included |= {str(root / folder): f"contrejour/{folder}" for folder in DOCUMENTS}
        spec = importlib.util.spec_from_file_location("catalogue", root / BASE / "catalogue.py")
        assert spec is not None
        assert spec.loader is not None
        catalogue = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(catalogue)
        for language in catalogue.LANGUAGES:
            text = catalogue.source(language)
            made = Path(self._place.name) / f"{language}.mo"
            made.write_bytes(catalogue.compiled(catalogue.read(text.read_text("utf-8"))))
            to = text.with_suffix(".mo").relative_to(root / "src")
            included[str(made)] = to.as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """What was compiled is in the wheel now."""
        if version != "editable":
            self._place.cleanup()
