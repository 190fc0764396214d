"""A case: the only way back to what is sealed. It decides; it opens nothing itself.

strict.py order.py private.py words.py   the order, and what parties sign       pure
rules.py steps.py case.py records.py     who, how many, how much; step by step  pure
allowed.py                               what plan and law let be asked         pure
peel.py hold.py                          what a party checks before it peels    pure
due.py                                   what the log is owed                   pure
access.py timeline.py uco.py verify.py   requests, a time line, papers          pure
spent.py folder.py bag.py                what has a disk
export.py pieces.py tell.py              put together, read in, told
"""
