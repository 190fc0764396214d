"""A site with its plan, and `contrejour watch` on it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fakes.mandates import FULL, mandate
from fakes.plans import DAY, KEY, POLICIES

from contrejour.law.mandate.compile import compile_plan
from contrejour.law.mandate.originals import PolicyHashes
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.sign import public_pem, sign


def envelope(acts: Mapping[str, tuple[str, ...]], **originals: object) -> bytes:
    """A signed plan: what each camera may do; `originals`: numbers that were voted."""

    def change(data: dict[str, Any]) -> None:
        data["originals"] = {**asdict(POLICIES), **originals}
        data["valid"] = {"from": "2026-01-01", "until": "2029-06-30"}
        data["deliberation"]["date"] = "2026-01-01"
        for document in data["documents"].values():
            document["date"] = min(document["date"], "2026-01-01")
        [one] = [each for each in data["measures"] if each["id"] == "car-enregistrer"]
        data["measures"] = [
            {**copy.deepcopy(one), "id": f"m-{name}", "do": list(may), "articles": ["60-1"],
             "cameras": {"place": "car-t3", "ids": [name]}}
            for name, may in acts.items()
        ]  # fmt: skip

    return sign(compile_plan(mandate(change, of=copy.deepcopy(FULL)), "0" * 64, DAY), KEY)


def plan(acts: Mapping[str, tuple[str, ...]], **originals: object) -> Plan:
    return Plan(envelope(acts, **originals), [KEY.public_key()])


def voted(folder: Path) -> dict[str, str]:
    """What a plan names of the policies in a folder, where there are some."""
    files = [folder / "open.policy", folder / "witness.policy"]
    if not all(each.exists() for each in files):
        return {}
    return asdict(PolicyHashes.of(*(each.read_bytes() for each in files)))


def write(folder: Path, addresses: Mapping[str, str], *acts: str, **more: object) -> None:
    """`plan.json`, `key.pub` and `site.yml`, by which these cameras may do this; the policies that
    are in the folder were voted."""
    may = dict.fromkeys(addresses, acts)
    (folder / "plan.json").write_bytes(envelope(may, **voted(folder)))
    (folder / "key.pub").write_bytes(public_pem(KEY))
    cameras = {
        name: {"address": address, "hide": "people", "privacy": {"poste-conducteur": []}, **more}
        for name, address in addresses.items()
    }
    (folder / "site.yml").write_text(json.dumps({"site": 1, "cameras": cameras}))


def watch(folder: Path, *more: object) -> tuple[object, ...]:
    """The arguments of `contrejour watch` on what `write` wrote."""
    return ("watch", "--plan", folder / "plan.json", "--pub", folder / "key.pub",
            "--site", folder / "site.yml", "-o", folder / "out", "--offline", *more)  # fmt: skip
