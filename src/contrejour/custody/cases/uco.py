"""A case in the words of CASE and UCO (caseontology.org, 1.5), as far as they are honestly ours.

The order is an Authorization, handing over an InvestigativeAction of which the files are the
result, with their hashes; a ProvenanceRecord is the bag. No person is in it: performers are roles.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contrejour import __version__
from contrejour.base.times import utc
from contrejour.custody.cases.bag import Payload
from contrejour.custody.cases.order import Order

_UCO = "https://ontology.unifiedcyberontology.org/uco"
CONTEXT = {
    "kb": "http://example.org/kb/",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    **{f"uco-{name}": f"{_UCO}/{name}/" for name in
       ("action", "core", "observable", "role", "tool", "types")},
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip


def graph(order: Order, files: Iterable[Payload], at: datetime) -> bytes:
    """JSON-LD, UTF-8. The same order, files and moment give the same bytes."""
    made = _Graph(order.id)
    tool = made.node("Tool", "uco-tool:Tool", {
        "uco-core:name": "contrejour", "uco-tool:version": __version__,
    })  # fmt: skip
    requester = made.node("Role", "uco-role:Role", {"uco-core:name": order.requester})
    authorization = made.node("Authorization", "case-investigation:Authorization", {
        "case-investigation:authorizationType": order.basis.value,
        "case-investigation:authorizationIdentifier": order.id,
        "uco-core:startTime": _moment(order.not_before),
        "uco-core:endTime": _moment(order.expires),
    })  # fmt: skip
    found = [_file(made, each) for each in files]
    record = made.node("ProvenanceRecord", "case-investigation:ProvenanceRecord", {
        "uco-core:description": "the files of this bag, under data/",
        "uco-core:object": found,
    })  # fmt: skip
    action = made.node("InvestigativeAction", "case-investigation:InvestigativeAction", {
        "uco-core:name": "exported",
        "uco-core:description": f"cameras {', '.join(order.cameras)}, "
                                f"{utc(order.since)} to {utc(order.until)}",
        "uco-action:endTime": _moment(at), "uco-action:instrument": tool,
        "uco-action:result": [*found, record],
    })  # fmt: skip
    made.node("Investigation", "case-investigation:Investigation", {
        "uco-core:name": order.id, "case-investigation:relevantAuthorization": authorization,
        "uco-core:object": [authorization, action, record, requester],
    })  # fmt: skip
    told = {"@context": CONTEXT, "@graph": made.nodes}
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _file(made: _Graph, file: Payload) -> dict[str, str]:
    hashed = made.inner(file.name, "Hash", "uco-types:Hash", {
        "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
    })  # fmt: skip
    facets = [
        made.inner(file.name, "FileFacet", "uco-observable:FileFacet", {
            "uco-observable:fileName": file.name,
            "uco-observable:sizeInBytes": file.size,
        }),
        made.inner(file.name, "ContentDataFacet", "uco-observable:ContentDataFacet", {
            "uco-observable:hash": hashed,
        }),
    ]  # fmt: skip
    return made.node(f"File/{file.name}", "uco-observable:File", {"uco-core:hasFacet": facets})


def _moment(at: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": utc(at)}


class _Graph:
    """Nodes under names that the order decides (UUID, version 5)."""

    def __init__(self, order: str) -> None:
        self._order, self.nodes = order, list[dict[str, Any]]()

    def node(self, name: str, kind: str, told: dict[str, Any]) -> dict[str, str]:
        made = self.inner("", name, kind, told)
        self.nodes.append(made)
        return {"@id": made["@id"]}

    def inner(self, of: str, name: str, kind: str, told: dict[str, Any]) -> dict[str, Any]:
        number = uuid.uuid5(uuid.NAMESPACE_URL, f"contrejour:{self._order}:{name}:{of}")
        return {"@id": f"kb:{name.split('/')[0]}-{number}", "@type": kind, **told}
