"""Who can open what is kept, and how the public sees that they did. Bytes and keys, no picture.

    seal/        originals that nobody opens alone: keys made, wrapped, forgotten; days that end
    cases/       the only way back: an order, its approvals, each party's own checks
    ledger/      a log that only ever grows, and that anybody can check
    note.py      a text and the signatures under it (c2sp.org/signed-note)
    quorum.py    who has to agree (c2sp.org/tlog-policy)
    openers.py   who may open: never one party alone, the vault innermost
    voted.py     who opens and who witnesses, by the hashes that the plan has

To this wing an original is a stream of bytes with a beginning and an end; what is in them it can't
tell. `seal` closes and only `cases` and commands import `seal.open`; `ledger` stands alone, so that
whoever doubts us has little to read. The formats are other people's: age, signed notes, tiles.

May import: base, law.
"""

__all__ = ["cases", "ledger", "note", "openers", "quorum", "seal", "voted"]
