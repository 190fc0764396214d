"""A case: the only way back to what is sealed. It decides; it opens nothing itself.

strict.py order.py private.py    the order, as a document of others          pure
words.py                         approvals and refusals, signed              pure
rules.py case.py                 who, how many, how much; step by step       pure
allowed.py                       what the plan and the law let be asked      pure
peel.py                          what a party checks before it peels         pure
spent.py folder.py               the two that have a disk
access.py timeline.py            a filmed person's request; one time line    pure
bag.py uco.py                    what is handed over
"""
