"""What a mandate lets the public read: views of one object, in French and English.

    A1 registre.*.html registre.jsonld   record of processing        register.py dpv.py
    A2 aipd.*.html                       impact assessment, skeleton dpia.py
    A3 affiche-*.pdf .png, information   two-layer notice            notice.py poster.py
    A4 prefet.*.html                     the prefect's file, draft   prefect.py
    A11 transparence.*.html              transparency sheet          transparency.py
    A12 cameras.geojson                  map of the cameras          cameras.py

If the poster and the program disagree, one of them was not generated from the mandate.
"""

from contrejour.papers.folder import artefacts, publish
from contrejour.papers.view import View

__all__ = ["View", "artefacts", "publish"]
