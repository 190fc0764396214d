"""Hand over what a case opened: a bag of the files, of the case, and of the log's proofs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from contrejour import __version__
from contrejour.base.errors import Malformed
from contrejour.custody.cases import folder as folders
from contrejour.custody.cases import records, signed, uco, verify
from contrejour.custody.cases.bag import payload, write
from contrejour.custody.cases.case import Export, apply

NOBODY_YET = "0" * 64


def export(
    folder: Path, bag: Path, files: Mapping[str, Path], proofs: Mapping[str, bytes], now: datetime
) -> str:
    """Write the bag, then the case's step; the SHA-256 of the bag's tag manifest.

    Nothing is written of a case that opened nothing (OrderError). Where the step can't be kept,
    the bag is there and the case doesn't know: hand nothing over, and export anew. Raises what
    reading the case, `bag.write` and `folder.add` raise.
    """
    found = folders.read(folder)
    apply(found.case, Export(NOBODY_YET), folders.taken_at(found.case, now))
    order, load = found.case.order, payload(files)
    custody = folders.custody(folder)
    said = [word for data in custody.values() if (word := _word(data)) is not None]
    sealed = [each.name for each in load if each.name.endswith(".age")]
    shown = [verify.commands(name, data, custody) for name, data in sorted(proofs.items())]
    tags = {
        **{f"custody/{name}": data for name, data in custody.items()},
        **{f"proofs/{name}": data for name, data in proofs.items()},
        "case.jsonld": uco.graph(order, load, now),
        "VERIFY.txt": verify.text(order, said, sealed, shown),
    }
    info = {
        "External-Identifier": order.id,
        "External-Description": f"{order.basis.value}, {', '.join(order.cameras)}",
        "Bag-Software-Agent": f"contrejour {__version__}",
    }
    digest = write(bag, files, tags, info, now.date())
    step = Export(digest)
    folders.owe(folder, records.owed_exported(order, digest, now))
    folders.add(folder, found, step, records.write(step, order.id, now), now)
    return digest


def _word(data: bytes) -> signed.Word | None:
    """What a party signed, if the document is that."""
    for act in signed.SignedAct:
        try:
            return signed.read(data, act)
        except Malformed:
            continue
    return None
