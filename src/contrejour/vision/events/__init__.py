"""What happens on one camera, from what is seen of it at instants. Pure: no file, socket or clock.

moment.py    Moment       all that a rule is ever told
rule.py      EventRule    the seam: one file per event kind
raised.py    EventTrigger signs to events: patience, one event an occurrence, cool-down
zone.py wrong_way.py density.py crowd_movement.py    the rules that need shapes alone
abandoned_object.py fallen_person.py fire.py         those that need the scene, time, the senses
ground.py motion.py perspective.py                   what they stand on
count.py     Count        figures over a window, none below the floor
standing.py  may it alert, or is it only recorded (PR-04)
kept.py      moments on a line each; replay.py has the rules see them again
score.py intervals.py truth.py                       how right it was, and how sure that is
"""

from contrejour.vision.events.moment import Moment
from contrejour.vision.events.rule import EventRule

__all__ = ["EventRule", "Moment"]
