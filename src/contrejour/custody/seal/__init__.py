"""Originals that no one can open alone: age v1 files whose keys were forgotten before they began.

`window` makes the key of a window in a process of its own, wraps it for each way that the policy
can be met (`onion`) and gives back the public half; `segment` seals to it; `manifest` says, signed,
what was sealed and what was not. `recorder` does so for a camera, window after window (`ahead`,
`chain`, `gaps`, `store`), in a thread (`recording`). `keys` are the days' keys of the parties, in
files or tokens (`tag`, `plugin`), `shred` and `retention` their end. Only `open` goes the other
way, and only cases and commands may import it.

The formats are c2sp.org/age, c2sp.org/tlog-policy, c2sp.org/signed-note and RFC 8785:
docs/design/sealing.md has them byte by byte.
"""
