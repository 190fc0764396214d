"""The bill of materials of a release, as CycloneDX JSON: what it stands on, by the lock alone.

    python scripts/sbom.py WHEEL SDIST -o FILE

Each package that `pip install` brings has its version, the SHA-256 of each of its files, what it
needs in turn, and its licence where it is installed here. Nothing is asked of an index, and none is
named: a file's address is its package URL (purl). The same lock, release and Python give the same
bytes: the time is SOURCE_DATE_EPOCH, the serial number follows from the release. What is written is
valid by the schema of CycloneDX 1.6, or nothing is written.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Package:
    """One locked version. `files` is (name, SHA-256); `needs` are (name, version)."""

    name: str
    version: str
    files: tuple[tuple[str, str], ...]
    needs: tuple[tuple[str, str], ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def locked(lock: Mapping[str, Any], own: str) -> tuple[Package, list[Package]]:
    """The project itself, and every package that it needs, directly or not, in order of names.

    Both versions where the lock has one for each Python. What tests and builds need is left out.
    """
    by_name: dict[str, list[Package]] = {}
    for entry in lock["package"]:
        files = [*entry.get("wheels", ()), *([entry["sdist"]] if "sdist" in entry else [])]
        by_name.setdefault(entry["name"], []).append(
            Package(
                entry["name"],
                entry.get("version", ""),
                tuple(sorted((each["filename"], _sha256(each["hash"])) for each in files)),
                tuple(_needs(entry, lock)),
            )
        )
    (project,) = by_name[own]
    found: dict[tuple[str, str], Package] = {}
    todo = list(project.needs)
    while todo:
        name, version = todo.pop()
        if (name, version) not in found:
            (each,) = (package for package in by_name[name] if package.version == version)
            found[name, version] = each
            todo += each.needs
    return project, [found[key] for key in sorted(found)]


def _needs(entry: Mapping[str, Any], lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for need in entry.get("dependencies", ()):
        versions = [each["version"] for each in lock["package"] if each["name"] == need["name"]]
        for version in [need["version"]] if "version" in need else versions:
            yield need["name"], version


def _sha256(text: str) -> str:
    kind, _, digest = text.partition(":")
    if kind != "sha256":
        raise SystemExit(f"uv.lock: {text} is not a SHA-256")
    return digest


def licence(package: Package) -> str | None:
    """What the installed package says of its licence; None where this very version isn't here."""
    try:
        told = metadata.metadata(package.name)
    except metadata.PackageNotFoundError:
        return None
    if told["Version"] != package.version:
        return None
    short = told["License-Expression"] or told["License"]
    if short and len(short) <= 80 and "\n" not in short:
        return str(short).removeprefix("OSI Approved :: ")
    kinds = [
        each.rsplit(" :: ", 1)[1]
        for each in told.get_all("Classifier", [])
        if each.startswith("License :: OSI Approved :: ")
    ]
    return kinds[0] if len(kinds) == 1 else None


def bill(project: Package, packages: list[Package], release: list[Path], at: datetime) -> str:
    """The document."""
    from cyclonedx.contrib.hash.factories import HashTypeFactory
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import ExternalReference, ExternalReferenceType, XsUri
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    def component(package: Package, kind: ComponentType, told: str | None) -> Component:
        return Component(
            name=package.name,
            version=package.version,
            type=kind,
            bom_ref=package.purl,
            purl=PackageURL.from_string(package.purl),
            licenses=[LicenseFactory().make_from_string(told)] if told else [],
            external_references=[
                ExternalReference(
                    type=ExternalReferenceType.DISTRIBUTION,
                    url=XsUri(f"{package.purl}?file_name={name}"),
                    hashes=[HashTypeFactory().from_composite_str(f"sha256:{digest}")],
                )
                for name, digest in package.files
            ],
        )

    files = tuple((each.name, hashlib.sha256(each.read_bytes()).hexdigest()) for each in release)
    version = release[0].name.split("-")[1]
    project = Package(project.name, version, files, project.needs)
    own = component(project, ComponentType.APPLICATION, "Apache-2.0")
    parts = {each: component(each, ComponentType.LIBRARY, licence(each)) for each in packages}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{project.purl}?sha256={files[0][1]}")
    document = Bom(
        components=parts.values(),
        metadata=BomMetaData(component=own, timestamp=at),
        serial_number=serial,
    )
    by_key = {(each.name, each.version): part for each, part in parts.items()}
    document.register_dependency(own, [by_key[key] for key in project.needs])
    for each, part in parts.items():
        document.register_dependency(part, [by_key[key] for key in each.needs])
    return str(JsonV1Dot6(document).output_as_string(indent=1)) + "\n"


def demand_valid(text: str) -> None:
    """Raises SystemExit where the document isn't what the schema asks for."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"the bill of materials is not CycloneDX 1.6: {fault}")


def main() -> int:
    """Write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("sdist", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    args = parser.parse_args()
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    at = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    project, packages = locked(lock, "contrejour")
    text = bill(project, packages, [args.wheel, args.sdist], at)
    demand_valid(text)
    args.output.write_text(text)
    unlicensed = [each.name for each in packages if licence(each) is None]
    if unlicensed:
        print(f"no licence is known here of: {', '.join(unlicensed)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
