"""The mandate: what a public body voted, judged by the law, compiled to the plan that runs.

    read.py      YAML, strictly (parse.py typed.py) -> Mandate   schema.py vocabulary.py periods.py
    check.py     every rule, on a day      -> Report       rules/ (how), rules.yaml (what), law.py
    compile.py   an accepted mandate      -> plan.py   sign.py protected.py cameras.py originals.py
    intervals.py what a plan says of all moments of an interval
    draft.py     a few answers -> a first mandate          excerpt.py (some measures alone)
    changes.py   what a new version changes, in words      report.py words.py (how it is said)

Silence is not authorisation: an act that no rule in force permits is refused.
"""

from contrejour.law.mandate.check import Finding, Report, check
from contrejour.law.mandate.law import Rule, names, rulebook
from contrejour.law.mandate.read import read
from contrejour.law.mandate.rules import Verdict
from contrejour.law.mandate.schema import Mandate, Measure
from contrejour.law.mandate.words import Text

__all__ = [
    "Finding",
    "Mandate",
    "Measure",
    "Report",
    "Rule",
    "Text",
    "Verdict",
    "check",
    "names",
    "read",
    "rulebook",
]
