"""What becomes of an event once a rule raised it: kept, published, put before a human who decides.
Nothing here acts on anything: no door, no loudspeaker, no dispatch, and nothing is listened to.

    entry.py      Entry, Kind      one line of the journal
    segment.py    Segment, Tail    its files, and reading them
    journal.py    Journal          writing it
"""

from contrejour.signals.entry import Entry, Kind, event_data
from contrejour.signals.journal import Journal
from contrejour.signals.segment import Tail

__all__ = ["Entry", "Journal", "Kind", "Tail", "event_data"]
