"""A case: the only way back to what is sealed. It decides; it opens nothing itself.

strict.py order.py private.py signed.py  the order, and what parties sign       pure
rules.py steps.py case.py records.py     who, how many, how much; step by step  pure
allowed.py                               what plan and law let be asked         pure
secret.py hold.py                        an order read later; what is kept on   pure
party_checks.py                          what a party checks before it peels    pure
due.py                                   what the log is owed                   pure
access.py timeline.py uco.py             requests, a time line, papers          pure
verify.py proven.py                      how a stranger checks a bag            pure
party.py                                 a party takes its layer off: the only one to open a seal
spent.py folder.py bag.py                what has a disk
export.py pieces.py summary.py           put together, read in, told
"""
