"""What every wing leans on: errors, times, files, connections, messages, a picture's nouns.

    errors.py      what can go wrong, each with its exit code and a hint
    times.py       how a time is written; one moment on three clocks
    digits.py      a whole number, in 0 to 9 and nothing else
    files.py       durable files: there whole or not at all; never replaced, or replaced at once
    parts.py       … what lies beside its place until it is whole
    growing.py     … that only grow
    foreign.py     … that a stranger may have made
    fixed.py       … that are read several times, and are the same each time
    secret_file.py … that keep a secret of this user, read where nobody else may
    http.py        connections to us: so many at once, each with little time
    http_head.py   … and the head of a request, read in one way
    http_client.py connections of ours: so many bytes, so many seconds
    canonical.py   JSON in the one form that is signed, hashed and chained (RFC 8785)
    curve25519.py  whether a public key is the one spelling of somebody's key
    messages.py    what a reader is told: an id and values
    catalogue.py   … made a sentence of English or French (gettext; locale/ has the texts)
    language.py    which of the two a reader has
    state.py       the user's own state folder, and the key by which they know what they made
    shown.py       what strangers wrote, as letters and never as orders to a terminal
    stderr.py      what is said on standard error, as sentences or as one JSON object a line
    paths.py       where modules may come from: never the current folder
    children.py    processes that start shut in, and end with whoever started them
    sandbox.py     what they forbid themselves, before a stranger's byte
    filters.py     … system calls
    landlock.py    … files and ports
    answers.py     what they say to whoever started them
    ending.py      every step of an end done, though one of them fails
    stop.py        a signal's stop comes through, wherever the main thread is
    pictures.py    the nouns that travel between the wings that see pictures

It decides nothing. A noun is here when two wings that may not know each other pass it on.
`pictures.py` is the one room that law, custody and papers may not enter: it is where numpy is.

May import: nothing of ours.
"""

__all__ = [
    "answers",
    "canonical",
    "catalogue",
    "children",
    "curve25519",
    "digits",
    "ending",
    "errors",
    "files",
    "filters",
    "fixed",
    "http",
    "http_client",
    "http_head",
    "landlock",
    "language",
    "messages",
    "paths",
    "pictures",
    "sandbox",
    "secret_file",
    "shown",
    "state",
    "stderr",
    "stop",
    "times",
]  # fmt: skip
