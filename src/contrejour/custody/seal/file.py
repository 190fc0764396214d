"""A file sealed for a policy: one folder that holds all that is needed, but for the parties' keys.

<name>.age     the file
W.onions       its key, wrapped for each way that the policy can be met
open.policy    the policy
vouched.json   where asked for, that this user sealed it (remembered.py)
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from contrejour.base.errors import OutputExists, SealError
from contrejour.base.files import new_folder
from contrejour.base.fixed import Source, open_source, path_of
from contrejour.base.foreign import opened, read_named
from contrejour.custody.seal import manifest
from contrejour.custody.seal.age import CHUNK_BYTES, Writer
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.manifest import Manifest
from contrejour.custody.seal.new_files import write_new, writing
from contrejour.custody.seal.onion import Keyset
from contrejour.custody.seal.remembered import vouch
from contrejour.custody.seal.segment import MANIFEST, ONIONS
from contrejour.custody.seal.window import WindowRequest, make

POLICY, SUFFIX = "open.policy", ".age"


def seal_file(
    source: Source, out: Path, keys: Keyset, policy: str, time_ms: int, *, remembered: bool = False
) -> None:
    """`out` is there, whole and durable, once this returns; after an error it is not.

    The parties read the file's name and the time in each layer that they peel. `remembered`: for
    `is_remembered`. Raises OutputExists, OutputFailed, SealError and OSError.
    """
    if out.exists():
        raise OutputExists("sealed-file-exists", out=out)
    name = path_of(source).name
    with new_folder(out) as part:
        named = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "_", name)[-200:]
        [made] = make([WindowRequest(named, time_ms, time_ms, part / ONIONS)], keys)
        with (
            open_source(source) as clear,
            writing(part / f"{name}{SUFFIX}") as sealed,
        ):
            digest, writer = hashlib.sha256(), Writer(sealed, [made.recipient])
            try:
                while data := clear.read(CHUNK_BYTES):
                    digest.update(data)
                    writer.write(data)
                writer.close()
            finally:
                writer.wipe()
        write_new(part / POLICY, policy.encode())
        if remembered:
            vouch(part, digest.hexdigest())


def vouched(sealed: Path, edge: Verifier) -> Manifest:
    """The manifest beside a file, which that recorder signed, and which has the file in it.

    Raises SealError, InputMissing.
    """
    told = manifest.verify(read_named(sealed.with_name(MANIFEST)), edge)
    with opened(sealed, follow=True) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if (sealed.name, digest) not in {(each.name, each.ct_sha256) for each in told.segs}:
        raise SealError("not-what-was-sealed", sealed=sealed, edge=edge.name)
    return told
