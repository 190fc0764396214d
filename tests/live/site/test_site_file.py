"""The reference of the site file: its example is one, its schema knows every key."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

from contrejour.live.site import Site, SiteCamera, read_site

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_the_example_of_the_reference_can_be_read() -> None:
    page = (REFERENCE / "site-file.md").read_text()
    example = page[page.index("    # yaml-language-server") : page.index("Editors that")]
    site = read_site(textwrap.dedent(example), "site.yml")
    assert site.cameras["quais-01"].events["voie-1"].kind == "zone"


def test_the_schema_has_every_key_and_no_other() -> None:
    schema = json.loads((REFERENCE / "site.schema.json").read_text())
    assert set(schema["properties"]) == set(Site.model_fields)
    assert set(schema["$defs"]["SiteCamera"]["properties"]) == set(SiteCamera.model_fields)
    assert schema["additionalProperties"] is False
    assert all(
        "description" in each for each in schema["$defs"]["SiteCamera"]["properties"].values()
    )
