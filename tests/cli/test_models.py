"""`contrejour models` says what is there, and fails when it should."""

from __future__ import annotations

import json

import pytest

from contrejour.base.errors import ModelError
from contrejour.cli.models import download_bar
from contrejour.cli.parser import new_parser
from contrejour.vision.detect.registry import MODELS

pytestmark = pytest.mark.usefixtures("index")


def models(*arguments: str) -> int:
    args = new_parser().parse_args(["models", *arguments])
    return int(args.run(args))


def test_list_tells_licence_and_hashes_of_what_is_not_there_yet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert models("list", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["name"] for row in rows] == list(MODELS)
    for row, model in zip(rows, MODELS.values(), strict=True):
        assert (row["state"], row["licence"]) == ("missing", model.licence)
        assert row["sha256"] == {file.name: file.sha256 for file in model.files}


def test_list_for_people_is_a_line_a_model_and_where_they_are_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert models("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*MODELS, "kept"]


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_verify_fails_when_a_file_is_missing(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(ModelError, match="missing or wrong"):
        models("verify", *arguments)
    files = sum(len(model.files) for model in MODELS.values())
    assert capsys.readouterr().out.count("missing") == files


def test_fetch_offline_fails_when_a_model_is_missing() -> None:
    with pytest.raises(ModelError, match="offline"):
        models("fetch", "--offline")


def test_no_bar_is_drawn_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with download_bar() as progress:
        assert progress is None
    assert capsys.readouterr() == ("", "")
