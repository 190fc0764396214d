"""`contrejour eval`: what a veil left to be seen, against boxes that a person drew.

`truth` reads the boxes, `pixels` says which pixels of one video are hidden in another (any tool's),
`score` counts. They are pure; `command` does the reading and the printing, and imports the others
only when it runs, so that `--help` stays instant.
"""
