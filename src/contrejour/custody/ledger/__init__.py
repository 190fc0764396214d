"""An append-only log that the public can check, in the formats of c2sp.org.

tree.py        roots and proofs (RFC 6962)                                   pure
tiles.py       the tree and its entries as static files (tlog-tiles)         pure
checkpoint.py  proof.py     what a log says of its tree (a signed note,
                            custody/note.py); one entry's proof              pure
verify.py      whether to believe it: the log's key, a quorum of witnesses   pure
entry.py       what may be written, without a word about a person            pure
words.py       what parties sign of an order, as it stands there                pure
logged_order.py             one order as the log tells of it                  pure
replay.py      which entries contradict what came before                     pure
register.py    keys of days, recorders, changes, spans: the same    pure
alarms.py      what is wrong in it, late or silent                           pure
log.py         Log          the log: one writer, durable, static files
read.py                     proofs and audits out of those files
witness.py     Witness      cosigns a checkpoint that goes on from the last
web.py                      reads a log over HTTP, from a server that isn't trusted
ask.py                      asks the witnesses
intake.py      Intake       takes words of parties into a log, each once
send.py                     sends a party's word to such a log
monitor.py     Monitor      watches a log, round after round
sightings.py   Sightings    when it was seen with how many entries
server.py      LedgerServer a log, or a witness, over HTTP
"""
