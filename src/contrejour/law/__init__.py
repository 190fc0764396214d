"""What a public body voted, what the law says of it, and what may therefore run. No picture here.

    mandate/   a mandate, judged by dated rules with their sources, compiled to a signed plan
    review/    a draft deliberation in French: what it proposes, judged by the same rules
    gate.py    the plan asked for each frame of a live camera, before anybody sees it

Pure but for the rulebook and the templates, which are files of its own, and for the text that
`review` opens; days and times are handed in. Silence is not authorisation: an act that no rule in
force permits is refused. `gate.py` lets frames through without looking into them, whatever they
are.

May import: base.
"""

__all__ = ["gate", "mandate", "review"]
