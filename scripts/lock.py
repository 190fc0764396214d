"""Pin every dependency, and name no package index while doing so.

    python scripts/lock.py            lock again (needs `uv`), write the four files below
    python scripts/lock.py --check    are they in step with pyproject.toml and each other?

    uv.lock                     what was resolved, for Python 3.11 to 3.13 on Linux and macOS
    requirements.lock           the same as `pip install --require-hashes -r` takes it: to run
    requirements-dev.lock       ... and to test and check
    requirements-release.lock   ... and to build a release, with its bill of materials

uv writes the address of the index, and of each file, into uv.lock. Whoever installs has an index
of their own (a company's mirror, a folder of wheels), so the addresses are taken out and the file
names and hashes stay: `uv export --frozen` and `uv tree --frozen` read such a lock, `uv sync` does
not, and the scripts install with pip, which asks the index that its user has configured.
Locking again takes the newest version of everything that pyproject.toml allows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXPORTS = {
    "requirements.lock": ["--no-default-groups", "--group", "build"],
    "requirements-dev.lock": [],
    "requirements-release.lock": ["--no-default-groups", "--group", "release"],
}
NO_INDEX = "index.invalid"
_HEAD = "# Written by scripts/lock.py: do not edit.\n"


def strip_addresses(lock: str) -> str:
    """uv.lock without the address of any index or file."""
    registry = f'source = {{ registry = "{NO_INDEX}" }}'
    lock = re.sub(r'source = \{ registry = "[^"]*" \}', registry, lock)
    return re.sub(r'\burl = "[^"]*/([^/"]+)"', r'filename = "\1"', lock)


def relock() -> None:
    """Resolve with the index that pip is configured for; write the lock and its exports."""
    environment = dict(os.environ)
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    index = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    if index:
        environment.setdefault("UV_DEFAULT_INDEX", index)
    lock = ROOT / "uv.lock"
    before = lock.read_bytes() if lock.exists() else b""
    lock.unlink(missing_ok=True)  # uv cannot resolve from a lock without addresses
    try:
        subprocess.run(["uv", "lock"], cwd=ROOT, env=environment, check=True)
    except (OSError, subprocess.CalledProcessError):
        if before:
            lock.write_bytes(before)
        raise
    lock.write_text(strip_addresses(lock.read_text()))
    for name, groups in EXPORTS.items():
        export = ["uv", "export", "--frozen", "--no-emit-project", "--no-header", *groups]
        told = subprocess.run(
            export, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        (ROOT / name).write_text(_HEAD + told.stdout)


def faults() -> list[str]:
    """What is wrong with the lock files, a line each."""
    text = (ROOT / "uv.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    packages = tomllib.loads(text)["package"]
    wrong = ["uv.lock: has an address in it"] if "://" in text else []
    (own,) = (package for package in packages if package["name"] == project["name"])
    resolved = {
        entry["name"] + _sorted(entry.get("specifier", ""))
        for entry in own["metadata"]["requires-dist"]
    }
    if resolved != {_name(line) + _sorted(line[len(_name(line)) :]) for line in _asked(project)}:
        wrong.append("uv.lock: not resolved from the dependencies that pyproject.toml asks for")
    locked = {(each["name"], each.get("version")): _hashes(str(each)) for each in packages}
    for name in EXPORTS:
        pins = _pins((ROOT / name).read_text())
        missing = {_name(line) for line in _asked(project)} - {package for package, _ in pins}
        wrong += [f"{name}: {package} is not pinned" for package in sorted(missing)]
        wrong += [
            f"{name}: {package} {version} is not what uv.lock has"
            for (package, version), hashes in pins.items()
            if not hashes or not hashes <= locked.get((package, version), set())
        ]
    return wrong


def _asked(project: dict[str, list[str]]) -> list[str]:
    return project["dependencies"]


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0]


def _sorted(specifier: str) -> str:
    return ",".join(sorted(part.strip() for part in specifier.split(",")))


def _pins(requirements: str) -> dict[tuple[str, str], set[str]]:
    """(package, version) -> hashes, of a hashed requirements file."""
    lines = requirements.replace("\\\n", " ").splitlines()
    found = ((re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line), line) for line in lines)
    return {(pin[1], pin[2]): _hashes(line) for pin, line in found if pin}


def _hashes(text: str) -> set[str]:
    return set(re.findall(r"sha256:[0-9a-f]{64}", text))


def main() -> int:
    """Lock, or check the lock; 0 when all is well."""
    if "--check" not in sys.argv[1:]:
        relock()
    wrong = faults()
    for fault in wrong:
        print(fault, file=sys.stderr)
    if wrong:
        print("run `python scripts/lock.py`", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
