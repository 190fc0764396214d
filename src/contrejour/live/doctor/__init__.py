"""Whether this machine can watch this site: looked at, measured, and nothing changed.

finding.py    Finding        one check: fine, doubtful or failing; bounded in time
site.py                      the site file, its plan, its logins
cameras.py                   each camera: does it answer, with what pictures
machine.py                   models, disk, clock, cores, memory, sandbox
examine.py    examine        all of them, in order
"""

from contrejour.live.doctor.examine import Examination, examine
from contrejour.live.doctor.finding import CheckResult

__all__ = ["CheckResult", "Examination", "examine"]
