"""A file sealed for a policy: one folder that holds all that is needed, but for the parties' keys.

<name>.age     the file
W.onions       its key, wrapped for each way that the policy can be met
open.policy    the policy
"""

from __future__ import annotations

import re
from pathlib import Path

from contrejour.base.errors import OutputExists
from contrejour.base.files import new_folder
from contrejour.base.foreign import opened
from contrejour.custody.seal.age import CHUNK_BYTES, Writer
from contrejour.custody.seal.new_files import write_new, writing
from contrejour.custody.seal.onion import Keyset
from contrejour.custody.seal.segment import ONIONS
from contrejour.custody.seal.window import WindowRequest, make

POLICY, SUFFIX = "open.policy", ".age"


def seal_file(source: Path, out: Path, keys: Keyset, policy: str, time_ms: int) -> None:
    """`out` is there, whole and durable, once this returns; after an error it is not.

    The parties read the file's name and the time in each layer that they peel. Raises OutputExists,
    SealError and OSError.
    """
    if out.exists():
        raise OutputExists("sealed-file-exists", out=out)
    with new_folder(out) as part:
        named = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "_", source.name)[-200:]
        [made] = make([WindowRequest(named, time_ms, time_ms, part / ONIONS)], keys)
        with (
            opened(source, follow=True) as clear,
            writing(part / f"{source.name}{SUFFIX}") as sealed,
        ):
            writer = Writer(sealed, [made.recipient])
            try:
                while data := clear.read(CHUNK_BYTES):
                    writer.write(data)
                writer.close()
            finally:
                writer.wipe()
        write_new(part / POLICY, policy.encode())
