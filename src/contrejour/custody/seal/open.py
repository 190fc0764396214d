"""The way back: layers peeled, a window's key found. Only cases and commands import this.

Nothing here asks whether one may: the order, its approvals and the witnesses are the case's.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contrejour.base.errors import SealError
from contrejour.custody.seal.age import NoKey, decrypt
from contrejour.custody.seal.onion import Keyset, Window, pack, wrap
from contrejour.custody.seal.onion import onions as all_onions
from contrejour.custody.seal.recipient import Identity, OpeningKey, Recipient
from contrejour.custody.seal.wipe import wipe

MOST_LAYER_BYTES = 1 << 20
_AGE = b"age-encryption.org/"


@dataclass(frozen=True, slots=True)
class PeeledLayer:
    """`inside` is the next layer, or the window's secret key: the caller wipes it."""

    window: Window
    inside: bytearray

    @property
    def is_last(self) -> bool:
        """Whether the window's key lies open."""
        return not self.inside.startswith(_AGE)


def peel(
    onion: bytes | bytearray, keys: Sequence[OpeningKey], window: Window | None
) -> PeeledLayer:
    """Take one layer off.

    `window`: what it has to be of, from the order, the signed manifest or the layer before; None
    only where nothing is known yet. Raises SealError where no key fits, or it is of another window.
    """
    layer, rest = bytearray(), bytearray()
    try:
        for chunk in decrypt(io.BytesIO(onion), keys):
            layer += chunk
            wipe(chunk)
            if len(layer) > MOST_LAYER_BYTES:
                raise SealError("onion-too-large")
        header, end, rest = layer.partition(b"\n")
        found = Window.parse(bytes(header) if end else b"")
        if window is not None and found != window:
            raise SealError(
                "onion-of-another-window", camera=found.cam, since=found.t0, until=found.t1
            )
        return PeeledLayer(found, rest)
    except BaseException:
        wipe(rest)  # whatever is wrong with the header, a key may lie under it
        raise
    finally:
        wipe(layer)


def window_key(peeled: PeeledLayer) -> Identity:
    """The key that was innermost; wipes `inside`. Raises SealError where it is another one's."""
    text = bytearray(memoryview(peeled.inside)[:-1])
    try:
        if not peeled.is_last or peeled.inside[-1:] != b"\n":
            raise SealError("layers-left")
        key = Identity.parse(text)
    finally:
        wipe(text, peeled.inside)
    if str(key.recipient()) != peeled.window.recipient:
        key.wipe()
        raise SealError("onion-forged")
    return key


def rewrap(peeled: PeeledLayer, recipient: Recipient) -> bytes:
    """An onion of one layer around the window's key, for whoever a case says. Raises SealError."""
    with window_key(peeled) as key:
        return wrap(peeled.window, key, [recipient])


def rehold(peeled: PeeledLayer, keys: Keyset) -> bytes:
    """New onions around the window's key, for each way of a hold: a tar. Raises SealError."""
    with window_key(peeled) as key:
        if key.kind.is_post_quantum and not all(
            each.kind.is_post_quantum for each in keys.keys.values()
        ):
            raise SealError("hold-keys-not-post-quantum")
        return pack(all_onions(replace(peeled.window, epoch=keys.epoch, keyset=keys.id), key, keys))


def unwrap(
    onions: Iterable[bytes], keys: Sequence[OpeningKey], window: Window | None
) -> tuple[Window, Identity]:
    """The window's key, where these keys together peel one of the onions whole.

    Raises SealError: an onion that is damaged or of another window is worth more than "no key".
    """
    why: SealError = NoKey("no-keys-open-it")
    for onion in onions:
        layer: bytes | bytearray = onion
        known = window
        try:
            while True:
                peeled = peel(layer, keys, known)
                known = peeled.window
                if peeled.is_last:
                    return peeled.window, window_key(peeled)
                layer = peeled.inside
        except NoKey:
            continue
        except SealError as error:
            why = error
    raise why
