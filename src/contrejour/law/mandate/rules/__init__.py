"""The rules as code, one small pure function each, by the id that rules.yaml gives it.

register.py   how a rule is written, what it may look at
eu.py fr.py product.py
"""

from contrejour.law.mandate.rules import eu, fr, product
from contrejour.law.mandate.rules.register import (
    LAST,
    RULES,
    WHOLE,
    Context,
    Objection,
    Verdict,
    worst,
)

__all__ = [
    "LAST",
    "RULES",
    "WHOLE",
    "Context",
    "Objection",
    "Verdict",
    "eu",
    "fr",
    "product",
    "worst",
]
