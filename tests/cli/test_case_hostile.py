"""A case's folder comes from the hub, which is believed in nothing: not in where its names lead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fakes.desks import Desk
from fakes.runs import run


def link(desk: Desk, name: str, own: Path) -> None:
    """Declare a case in which `name` leads to `own`, where it lies from then on."""
    desk.declare()
    (desk.case / name).rename(own)
    (desk.case / name).symlink_to(own)


@pytest.mark.parametrize("name", ["steps", "entries"])
def test_attack_07_a_link_in_a_case_leads_no_party_to_write_elsewhere(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    own = tmp_path / "own"
    link(desk, name, own)
    before = sorted(own.iterdir())
    said = desk.say("approve", "dpo")
    assert said.returncode != 0
    assert "is a link" in said.stderr
    assert sorted(own.iterdir()) == before


@pytest.mark.parametrize("name", ["order.json", "steps/0001.json", "private.json", "plan.json"])
def test_attack_07_a_file_of_a_case_that_is_a_link_is_not_read(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    link(desk, name, tmp_path / "own")
    said = desk.say("approve", "dpo")
    assert said.returncode == 3
    assert "is a link" in said.stderr


def test_attack_07_a_pipe_in_a_case_is_not_waited_for(desk: Desk) -> None:
    desk.declare()
    (desk.case / "private.json").unlink()
    os.mkfifo(desk.case / "private.json")
    assert desk.say("approve", "dpo").returncode == 3


def test_attack_07_a_part_that_was_planted_is_not_written_through(
    desk: Desk, tmp_path: Path
) -> None:
    desk.declare()
    own = tmp_path / "own.key"
    own.write_text("secret")
    for number in range(1, 4):
        for pid in range(os.getpid(), os.getpid() + 50):
            (desk.case / "steps" / f"{number:04d}.json.{pid}.part").symlink_to(own)
    assert desk.say("approve", "dpo").returncode == 0
    assert own.read_text() == "secret"


def test_attack_14_no_link_in_the_place_of_a_new_key_is_written_through(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("kept")
    (tmp_path / "edge.key").symlink_to(own)
    done = run("keys", "new", tmp_path / "edge.key")
    assert done.returncode == 8, done.stderr
    assert own.read_text() == "kept"
