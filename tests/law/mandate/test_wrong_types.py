"""Whatever stands where in a file that is configured, it is refused in words, with its line."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fakes.mandates import FULL

from contrejour.base.errors import Malformed
from contrejour.law.mandate import read
from contrejour.live.site import read_site

WHOLE: dict[str, Any] = {
    "site": 1,
    "cameras": {
        "quais-01": {
            "address": "rtsp://10.0.0.8/s", "login_file": "/etc/l", "trust": "", "kind": "fixed",
            "transport": "tcp", "hide": "unknown", "privacy": {"homes": [[[0, 0], [1, 0], [1, 1]]]},
            "events": {
                "dense": {
                    "kind": "density", "polygon": [[0, 0], [1, 0], [1, 1]], "most_per_m2": 2.5,
                    "standing": [[0.5, 0.2], [0.9, 0.4]], "lens_degrees": 60, "alert": True,
                    "min_duration_s": 3, "cool_down_s": 60, "confidence": 0.5, "shadow_days": 7,
                    "error_rates": "/etc/rates",
                },
                "way": {
                    "kind": "wrong_way", "polygon": [[0, 0], [1, 0], [1, 1]], "of": ["person"],
                    "direction": [[0, 0], [1, 1]],
                },
            },
        },
    },
    "publish": {
        "site": "lyon",
        "mqtt": {"host": "m", "port": 1883, "tls": True, "ca_file": "/c", "login_file": "/l",
                 "topic": "a/b", "home_assistant": False},
        "webhooks": [{"url": "https://h/", "secret_file": "/s", "ca_file": "/c"}],
    },
    "seal": {"policy": "/p", "witnesses": "/w", "keysets": "/n", "edge": "bus-041", "key": "/k",
             "password_file": "/f", "folder": "/s"},
}  # fmt: skip
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1e400, float("nan"), 10**400, "", "x", "2027-02-30", "25:99", "P", "\ud800",
    "0x1f", [], [[]], [None], {}, {"x": {}}, {"": 1}, "é" * 5000,
)  # fmt: skip
"""What isn't what is wanted nearly anywhere."""
FILES: dict[str, tuple[dict[str, Any], Callable[[str, str], object]]] = {
    "a mandate": (FULL, read),
    "a site file": (WHOLE, read_site),
}


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Each place of what is nested, but for the whole."""
    below = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in below:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def put(data: Any, path: tuple[Any, ...], value: object) -> Any:
    changed = copy.deepcopy(data)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


@pytest.mark.parametrize("name", FILES)
def test_a_value_of_any_other_kind_is_a_refusal_in_words(name: str) -> None:
    whole, reader = FILES[name]
    tried = refused = 0
    for path in places(whole):
        for value in WRONG:
            text = json.dumps(put(whole, path, value))
            try:
                reader(text, "file.yaml")
            except Malformed as error:
                refused += str(error).startswith("file.yaml")
            else:
                continue
            tried += 1
    assert refused == tried > 1000


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("value", WRONG)
def test_so_is_a_file_that_is_one_value(name: str, value: object) -> None:
    with pytest.raises(Malformed, match=r"file\.yaml"):
        FILES[name][1](json.dumps(value), "file.yaml")
