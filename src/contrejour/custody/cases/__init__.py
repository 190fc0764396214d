"""A case: the only way back to what is sealed. What decides is pure.

strict.py order.py secret.py private.py  the order, its bytes and what they hide        pure
signed.py                                what parties sign of it                        pure
rules.py case.py                         who, how many, how much, for what; what may follow  pure
records.py                               a step's document, and the log's entry         pure
hold.py                                  what is kept past its day                      pure
party_checks.py                          what a party checks before it peels            pure
access.py timeline.py summary.py         requests, a time line, a case in a few lines   pure
uco.py verify.py                         papers of what is handed over                  pure
spent.py folder.py                       what a party has peeled; a case on the disk
party.py opener.py                       a layer taken off, a window opened: only here a seal is
keeping.py                               a party's key for a hold, and what was peeled, kept
logged.py                                what the log is owed of a case, and that it has it
bag.py export.py                         what is handed over
"""
