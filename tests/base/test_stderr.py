"""What is said on standard error: a sentence, or one JSON object a line."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.runs import PATHS, run

import contrejour
from contrejour.base.errors import CameraRefused, InputMissing, Malformed
from contrejour.base.messages import Message, verbatim
from contrejour.base.stderr import MessageLog, coded

NOON = datetime(2027, 2, 12, 12, tzinfo=UTC)
THREADS = """
import threading
from contrejour.base.messages import verbatim
from contrejour.base.stderr import MessageLog
log = MessageLog("json")
def say():
    for _ in range(300):
        log.say(verbatim("x" * 200), "told")
threads = [threading.Thread(target=say) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""
WATCH = Path(contrejour.__file__).parent / "live" / "watch"


def log(form: str) -> tuple[MessageLog, list[str]]:
    lines: list[str] = []
    return MessageLog(form, lines.append, lambda: NOON), lines


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_lines_of_threads_stay_whole(unbuffered):
    done = subprocess.run(
        [sys.executable, "-c", THREADS], stderr=subprocess.PIPE, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS), "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    lines = done.stderr.splitlines()
    assert len(lines) == 8 * 300
    assert {json.loads(line)["message"] for line in lines} == {"x" * 200}


def test_a_line_is_one_object_without_what_is_empty():
    made, lines = log("json")
    silent = Message("camera-silent", camera="rtsp://x")
    made.teller("cam-a")(Message("camera-again", error=silent, seconds=1.0))
    assert json.loads(lines[0]) == {
        "time": "2027-02-12T12:00:00.000Z", "level": "warning", "camera": "cam-a",
        "code": "camera-again", "message": "rtsp://x went silent: again in 1 s",
        "id": "camera-again", "values": {
            "error": {"id": "camera-silent", "values": {"camera": "rtsp://x"}}, "seconds": 1.0,
        },
    }  # fmt: skip


def test_an_error_has_its_hint_and_those_that_came_with_it():
    made, lines = log("json")
    made.complain(Malformed.of([Malformed("a\nb", hint=verbatim("c")), Malformed("d")]))
    made.complain(CameraRefused("e"))
    rows = [json.loads(line) for line in lines]
    assert [row["message"] for row in rows] == ["a\nb", "d", "e"]
    assert [row["code"] for row in rows] == ["malformed", "malformed", "camera-refused"]
    assert rows[0]["hint"] == "c"


def test_people_read_sentences_in_their_language(monkeypatch):
    made, lines = log("text")
    made.teller("cam-a")(Message("camera-silent", camera="x"))
    made.complain(CameraRefused("no-such-stream", camera="y"))
    assert lines == ["contrejour: cam-a: x went silent",
                     "contrejour: error: y has no such stream",
                     "contrejour: hint: check the path"]  # fmt: skip
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    made.complain(InputMissing("does-not-exist", path="/x"))
    assert lines[-1] == "contrejour: error: /x n'existe pas"


def told_in(path: Path) -> Iterator[str]:
    """The ids of the messages that a module tells, but for errors that it passes on."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="tell" | "_tell"),
                args=[ast.Call(func=ast.Name("Message"), args=[ast.Constant(str(told)), *_])],
            ):
                yield told


def test_all_that_a_camera_tells_has_an_event_code():
    told = [each for path in WATCH.glob("*.py") for each in told_in(path)]
    assert len(told) >= 5
    assert [each for each in told if coded(Message(each))[0] == "told"] == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_python_would_print_is_an_object_too(monkeypatch):
    for place, name in ((threading, "excepthook"), (warnings, "showwarning")):
        monkeypatch.setattr(place, name, getattr(place, name))
    monkeypatch.setattr("sys.excepthook", None)
    made, lines = log("json")
    made.catch_all()
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    warnings.showwarning("old", UserWarning, "f", 1)
    assert [json.loads(line)["message"] for line in lines] == ["ZeroDivisionError", "old"]


def test_the_last_word_of_a_run_is_an_object_too(tmp_path):
    done = run("watch", "--plan", tmp_path / "no.json", "--site", tmp_path / "no.yml",
               "-o", tmp_path / "out", "--log", "json", env={"LC_ALL": "fr_FR.UTF-8"})  # fmt: skip
    assert done.returncode == 3
    [row] = [json.loads(line) for line in done.stderr.splitlines()]
    assert (row["level"], row["code"]) == ("error", "input-missing")
    assert row["message"] == f"{tmp_path}/no.yml does not exist"
