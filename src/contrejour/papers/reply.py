"""A9, the reply to somebody who asked for the images of themselves, in both languages.

Their name is not in it: whoever sends it writes that by hand.
"""

from __future__ import annotations

from contrejour.custody.cases.access import AccessReply, Request
from contrejour.law.mandate import Text
from contrejour.law.mandate.words import day
from contrejour.papers.document import Block, FactTable, Items, Paragraph, PublicDocument, both, gap
from contrejour.papers.phrases import moment

_SAYS = {
    AccessReply.COPY: Text(
        "Voici les images où vous figurez, entre les heures que vous avez données. Toutes les "
        "autres personnes y sont effacées : leur image est à elles. Le fichier ne contient pas "
        "de son.",
        "Here are the images of you, between the times that you gave. Everyone else is erased "
        "from them: their image is theirs. The file has no sound.",
    ),
    AccessReply.NOTHING: Text(
        "Nous n'avons aucune image de ce lieu à ces heures : aucune caméra n'y enregistrait, ou "
        "les images ont été détruites à la date que la loi et notre mandat fixent.",
        "We have no image of that place at those times: no camera recorded there, or the images "
        "were destroyed on the day that the law and our mandate set.",
    ),
    AccessReply.LATER: Text(
        "Votre demande prend plus d'un mois, parce que ⟦motif : complexité ou nombre des "
        "demandes⟧. Nous vous répondrons au plus tard à la date ci-dessous.",
        "Your request takes more than one month, because ⟦reason: complexity or number of "
        "requests⟧. We will answer by the date below at the latest.",
    ),
    AccessReply.PRECISE: Text(
        "Pour vous répondre, il nous faut un lieu et un intervalle plus précis. Nous ne cherchons "
        "personne par son visage : quelqu'un d'habilité regarde les images du lieu et de l'heure "
        "que vous donnez. Dites-nous aussi comment vous étiez habillé, si vous le voulez.",
        "To answer we need a place and a more exact interval. We search for nobody by their face: "
        "somebody authorised looks at the images of the place and time that you give. Tell us "
        "what you wore as well, if you like.",
    ),
    AccessReply.REFUSED: Text(
        "Nous ne donnons pas suite à votre demande, parce qu'elle est ⟦motif : manifestement "
        "infondée ou excessive, et pourquoi⟧ (RGPD, art. 12, § 5).",
        "We do not act on your request, because it is ⟦reason: manifestly unfounded or excessive, "
        "and why⟧ (GDPR, art. 12(5)).",
    ),
}
_TITLE = Text("Votre demande d'accès à vos images", "Your request for the images of yourself")
_HOW = Text(
    "Aucune recherche par le visage, la démarche ou les vêtements n'a été faite, ni ne peut "
    "l'être : le programme ne sait pas le faire.",
    "No search by face, gait or clothes was made, nor can be: the program is unable to.",
)
_RIGHTS = (
    Text(
        "Vous pouvez demander l'effacement ou la limitation, ou vous opposer (RGPD, art. 17, 18 "
        "et 21), à l'adresse d'où vient cette réponse.",
        "You may ask for erasure or restriction, or object (GDPR, arts 17, 18 and 21), at the "
        "address that this reply comes from.",
    ),
    Text(
        "Vous pouvez saisir la CNIL (www.cnil.fr/fr/plaintes) ou un juge (RGPD, art. 77 et 79).",
        "You may complain to the CNIL (www.cnil.fr) or go to court (GDPR, arts 77 and 79).",
    ),
    Text(
        "Cette réponse ne coûte rien (RGPD, art. 12, § 5).",
        "This reply is free of charge (GDPR, art. 12(5)).",
    ),
)


def reply(asked: Request, answer: AccessReply, controller: str, place: str) -> PublicDocument:
    """The letter. `controller` and `place` as the mandate names them."""
    since, until = moment(asked.since), moment(asked.until)
    blocks: list[Block] = [
        Paragraph(gap("nom et adresse de la personne", "the person's name and address")),
        FactTable(
            Text("Votre demande", "Your request"),
            (
                (Text("Reçue le", "Received on"), day(asked.received)),
                (Text("Lieu", "Place"), both(place)),
                (Text("De", "From"), since),
                (Text("À", "Until"), until),
                (Text("Réponse au plus tard le", "Answer due by"), day(asked.deadline)),
            ),
        ),
        Paragraph(_SAYS[answer]),
    ]
    if answer in (AccessReply.COPY, AccessReply.NOTHING):
        blocks.append(Paragraph(_HOW))
    blocks.append(Items(_RIGHTS))
    blocks.append(Paragraph(gap("date, nom, signature", "date, name, signature")))
    return PublicDocument(
        name="reponse", title=_TITLE, lead=both(controller), blocks=tuple(blocks),
        source=(
            Text(
                "RGPD, art. 12, § 3 : un mois, prolongé de deux si cela est dit dans le premier ; "
                "mois du calendrier, à Paris.",
                "GDPR, art. 12(3): one month, two more where that is said within the first; "
                "calendar months, in Paris.",
            ),
        ),
        draft=False, indexed=False,
    )  # fmt: skip
