"""What a mandate lets the public read: views of one object, in French and English.

    A1 registre.*.html registre.jsonld   record of processing        register.py dpv.py
    A2 aipd.*.html                       impact assessment, skeleton dpia.py
    A3 affiche-*.pdf .png, information   two-layer notice            notice.py poster.py
    A4 prefet.*.html                     the prefect's file, draft   prefect.py
    A8 PDF                               slip of what is handed over slip.py
    A9, time line                        the other papers of a case  reply.py timeline.py
    A11 transparence.*.html              transparency sheet          transparency.py
    A12 cameras.geojson                  map of the cameras          cameras.py

A mandate is asked through view.py; facts.py, rows.py, phrases.py say what several pages say.
A page is a document.py, which page.py renders; index.py, posters.py and public_log.py are pages
too, lanes.py a drawing on one. Paper is drawn by sheet.py, typography.py and pictogram.py.

`folder.py` writes them and is the only module here that has a disk; the others take a mandate, or
what a case hands over, and give back a page. If the poster and the program disagree, one of them
was not generated from the mandate. It prints what was decided and decides nothing; it has never
seen a picture.

May import: base, custody, law.
"""

from contrejour.papers.folder import artefacts, publish
from contrejour.papers.view import View

__all__ = ["View", "artefacts", "publish"]
