"""A2, the skeleton of an impact assessment (GDPR 35(7); directive 2016/680, art. 27; LIL, art. 90).

The description is the mandate's. Necessity and risks are left blank on purpose: they are the
judgement of people who answer for it, and a program that wrote them would make it a formality.
"""

from __future__ import annotations

from contrejour.law.mandate import Measure, Text
from contrejour.law.mandate.schema import Document as Paper
from contrejour.law.mandate.schema import Opinion
from contrejour.law.mandate.words import day
from contrejour.papers.document import (
    Blank,
    FactTable,
    Paragraph,
    PublicDocument,
    Section,
    both,
    gap,
)
from contrejour.papers.facts import documents
from contrejour.papers.register import security_rows
from contrejour.papers.rows import of_mandate, of_measure
from contrejour.papers.view import View, algorithmic, measure_title, source

WHY_BLANK = Text(
    "Le programme n'écrit pas cette partie : il ne sait pas si une caméra est nécessaire, ni ce "
    "qu'elle fait aux gens. Ceux qui en répondent l'écrivent, et la signent.",
    "The program does not write this part: it can't know whether a camera is necessary, nor what "
    "it does to people. Those who answer for it write it, and sign it.",
)
OPINIONS = {
    Opinion.FAVOURABLE: Text("favorable", "favourable"),
    Opinion.RESERVED: Text("réservé", "reserved"),
    Opinion.UNFAVOURABLE: Text("défavorable", "unfavourable"),
}
NONE = Text("", "")


def dpia(view: View) -> PublicDocument:
    """The skeleton, one description and one blank of necessity per measure."""
    measures = view.mandate.measures
    return PublicDocument(
        name="aipd",
        title=Text(
            "Analyse d'impact relative à la protection des données : trame",
            "Data protection impact assessment: skeleton",
        ),
        lead=Text(
            "RGPD, art. 35 ; directive 2016/680, art. 27 ; LIL, art. 90. À achever et à signer "
            "avant de commencer.",
            "GDPR, art. 35; directive 2016/680, art. 27; LIL, art. 90. To be finished and signed "
            "before starting.",
        ),
        blocks=(
            Section(
                Text("1. Description", "1. Description"),
                (_whole(view), *(_described(view, measure) for measure in measures)),
            ),
            Section(
                Text("2. Nécessité et proportionnalité", "2. Necessity and proportionality"),
                (Paragraph(WHY_BLANK), *(_necessity(measure) for measure in measures)),
            ),
            Section(
                Text("3. Risques pour les personnes", "3. Risks to people"),
                (Paragraph(WHY_BLANK), *_risks()),
            ),
            Section(
                Text("4. Mesures prévues", "4. Measures envisaged"),
                (
                    FactTable(Text("Sécurité", "Security"), security_rows(view)),
                    Blank(Text("Autres mesures", "Other measures"), NONE, 5),
                ),
            ),
            _opinion(view),
            _residual(view),
            Section(Text("7. Documents", "7. Documents"), (documents(view),)),
        ),
        source=source(view),
        draft=view.draft,
    )


def _whole(view: View) -> FactTable:
    return FactTable(Text("Ensemble", "As a whole"), of_mandate(view, "controller basis valid"))


def _described(view: View, measure: Measure) -> FactTable:
    keys = "acts purpose place cameras when persons data kept recipients masks"
    rows = list(of_measure(view, measure, keys))
    if algorithmic(measure):
        rows.append((Text("Contrôle humain", "Human control"), oversight(measure)))
    return FactTable(measure_title(measure), tuple(rows))


def oversight(measure: Measure) -> Text:
    """What people keep in hand (decree 2023-828, art. 2; AI Act, art. 14)."""
    human = measure.human
    if human is not None:
        confirms = (
            Text("un agent confirme ou écarte chaque signal", "an agent confirms or dismisses")
            if human.confirms
            else gap("qui confirme les signaux", "who confirms signals")
        )
        stop = (
            Text("arrêt possible à tout moment", "can be stopped at any moment")
            if human.stop == "always"
            else gap("arrêt à tout moment", "stop at any moment")
        )
        return Text(
            f"{confirms.fr} ; {stop.fr} ; aucune action automatique",
            f"{confirms.en}; {stop.en}; no automatic action",
        )
    if measure.output is not None and not measure.output.alerts:
        return Text(
            "aucune alerte, aucune décision : des nombres seulement",
            "no alert, no decision: numbers only",
        )
    return gap("contrôle humain", "human control")


def _necessity(measure: Measure) -> Blank:
    title = measure_title(measure)
    return Blank(
        Text(
            f"{title.fr} : pourquoi un moyen moins intrusif ne suffit-il pas ?",
            f"{title.en}: why would a less intrusive means not do?",
        ),
        NONE,
        8,
    )


def _risks() -> tuple[Blank, ...]:
    told = (
        Text(
            "Accès illégitime aux images : causes, gravité, vraisemblance",
            "Illegitimate access to images: causes, severity, likelihood",
        ),
        Text(
            "Usage pour autre chose que la finalité : causes, gravité, vraisemblance",
            "Use for something else than the purpose: causes, severity, likelihood",
        ),
        Text(
            "Erreurs (personne signalée à tort, événement manqué) : qui les subit ?",
            "Errors (a person signalled wrongly, an event missed): who bears them?",
        ),
        Text(
            "Effets sur la liberté d'aller et venir, de se réunir, sur ceux qui vivent là",
            "Effects on the freedom to move and to gather, on those who live there",
        ),
    )
    return tuple(Blank(label, NONE, 5) for label in told)


def _papers(view: View) -> tuple[tuple[str, Paper], ...]:
    used = dict.fromkeys(each.dpia for each in view.mandate.measures if each.dpia is not None)
    found = ((name, view.document(name)) for name in used)
    return tuple((name, paper) for name, paper in found if paper is not None)


def _opinion(view: View) -> Section:
    rows = []
    for name, paper in _papers(view):
        told = (
            OPINIONS[paper.dpo_opinion]
            if paper.dpo_opinion is not None
            else gap("avis du délégué", "opinion of the officer")
        )
        short, dated = both(name), day(paper.date)
        label = Text(f"AIPD {short.fr}, {dated.fr}", f"DPIA {short.en}, {dated.en}")
        rows.append((label, told))
    if not rows:
        rows = [(Text("AIPD", "DPIA"), gap("aucune AIPD au mandat", "no DPIA in the mandate"))]
    return Section(
        Text(
            "5. Avis du délégué à la protection des données",
            "5. Opinion of the data protection officer",
        ),
        (
            FactTable(Text("Ce que dit le mandat", "What the mandate says"), tuple(rows)),
            Blank(Text("Avis motivé, date, signature", "Reasons, date, signature"), NONE, 6),
        ),
    )


def _residual(view: View) -> Section:
    levels = {paper.residual_risk for _, paper in _papers(view)} - {None}
    if "high" in levels:
        risk = Text(
            "élevé : la CNIL doit être consultée avant de commencer",
            "high: the CNIL must be consulted before starting",
        )
    elif levels:
        risk = Text("faible, selon l'AIPD signée", "low, according to the signed DPIA")
    else:
        risk = gap("faible ou élevé", "low or high")
    consulted = view.mandate.prior_consultation
    paper = view.document(consulted)
    if paper is not None:
        short, dated = both(consulted), day(paper.date)
        answer = Text(f"{short.fr}, {dated.fr}", f"{short.en}, {dated.en}")
    elif "high" in levels or not levels:
        answer = gap("réponse de la CNIL, si le risque est élevé", "the CNIL's answer, if high")
    else:
        answer = Text("sans objet", "not needed")
    return Section(
        Text("6. Risque résiduel", "6. Residual risk"),
        (
            Paragraph(
                Text(
                    "Si le risque reste élevé malgré les mesures, la CNIL est consultée d'abord "
                    "(RGPD, art. 36 ; directive 2016/680, art. 28 ; LIL, art. 90).",
                    "Where the risk stays high despite the measures, the CNIL is consulted first "
                    "(GDPR, art. 36; directive 2016/680, art. 28; LIL, art. 90).",
                )
            ),
            FactTable(
                Text("Ce que dit le mandat", "What the mandate says"),
                (
                    (Text("Risque résiduel", "Residual risk"), risk),
                    (Text("Consultation préalable", "Prior consultation"), answer),
                ),
            ),
        ),
    )
