"""`contrejour eval`: what a veil left to be seen, against boxes that a person drew.

`truth` reads the boxes, `pixels` says which pixels of one video are hidden in another (any tool's),
`score` counts: these three are pure. `files` reads what they are given.
"""
