"""The reference of the site file: its example is one, its schema knows every key."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from contrejour.base.errors import Malformed
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


@pytest.mark.parametrize("other", ["quais_01", "Quais-01"])
def test_attack_39_a_login_is_of_one_camera(other: str) -> None:
    def of(login_file: str) -> str:
        lines = [f"  {name}: {{address: rtsp://10.0.0.8/a}}" for name in ("quais-01", other)]
        return "\n".join(["site: 1", "cameras:", *lines]).replace("a}", f"a{login_file}}}")

    with pytest.raises(Malformed) as refused:
        read_site(of(""), "site.yml")
    assert "CONTREJOUR_LOGIN_QUAIS_01" in str(refused.value)
    assert len(read_site(of(", login_file: login"), "site.yml").cameras) == 2
