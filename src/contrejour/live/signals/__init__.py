"""What becomes of an event once a rule raised it: kept, published, put before a human who decides.
Nothing here acts on anything: no door, no loudspeaker, no dispatch, and nothing is listened to.

    entry.py      Entry, Kind              one line of the journal
    segment.py    Segment, Tail            its files, and reading them
    journal.py    Journal                  writing it
    outbox.py     Outbox, Destination      what one destination is still to be told
    mqtt.py       Mqtt, Broker             webhook.py    Webhook, Hook
    short_answers.py  ShortAnswers         what a broker may say, which is little
    decide.py     decide, events, shares   a human's word on an event
    signals.py    Signals                  one camera's: all of this together
    pieces.py                              events for the time line of a case
"""

from contrejour.live.signals.entry import EntryKind, JournalEntry
from contrejour.live.signals.journal import Journal
from contrejour.live.signals.outbox import Destination, OutboxStats
from contrejour.live.signals.signals import Signals

__all__ = ["Destination", "EntryKind", "Journal", "JournalEntry", "OutboxStats", "Signals"]
