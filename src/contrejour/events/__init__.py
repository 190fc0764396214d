"""What happens on one camera, from what is seen of it at instants. Pure: no file, socket or clock.

moment.py    Moment       all that a rule is ever told
rule.py      Rule         the seam: one file per event kind
"""

from contrejour.events.moment import Moment
from contrejour.events.rule import Rule

__all__ = ["Moment", "Rule"]
