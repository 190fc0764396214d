"""Originals that no one can open alone: age v1 files whose keys were forgotten before they began.

window.py       the key of a window is made, wrapped and forgotten in a process of its own
onion.py        … for each way that the policy can be met; prepared.py does so minutes ahead
segment.py      seals to the public half; file.py does so for a file, remembered.py knows it again
manifest.py     what was sealed in a window and what was not, signed; keynotes.py signs
sealer.py     a camera, window after window: chain.py gaps.py store.py; clock.py is believed
sealer_thread.py    … in a thread of its own
keys.py         the days' keys of the parties, in files or tokens: parties.py tag.py plugin.py
logged.py       which of them are in the log, by the proofs beside them
shred.py        their end; retention.py says when
open.py         the only way back; only cases and commands may import it
age.py          the format: header.py recipient.py bech32.py; new_files.py and wipe.py beneath

The formats are c2sp.org/age, c2sp.org/tlog-policy, c2sp.org/signed-note and RFC 8785:
docs/design/sealing.md has them byte by byte.
"""
