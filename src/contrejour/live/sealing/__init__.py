"""The originals of live cameras: from the packets that media hands over to the seal of custody.

    edge.py          all cameras of a recorder: one folder, one key of the edge, one policy
    originals.py     one camera's, while it runs: sealed, or kept nowhere
    log_entries.py   what the public log is to be told, in files that `ledger append` takes
    expiry.py        which sealed windows are due, by the plan, whether their camera runs or not

The plan says whether a camera may record, in which windows, and until when each must be gone. This
package asks it, and gives `custody.seal` the answer: custody knows no camera, media knows no key.
"""

__all__ = ["edge", "expiry", "log_entries", "originals"]
