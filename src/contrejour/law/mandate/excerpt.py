"""A mandate with some of its measures alone, and the difference as a diff to be voted.

A body that is refused a measure strikes it out and votes again (rule PR-02): what is shown here is
the text of that vote, and nothing runs by it.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from difflib import get_close_matches

from contrejour.base.errors import UsageError
from contrejour.base.messages import Message
from contrejour.law.mandate.parse import lines
from contrejour.law.mandate.read import read


def excerpt(text: str, name: str, keep: Sequence[str]) -> str:
    """`text` less the measures that are not in `keep`. Raises UsageError, Malformed."""
    mandate = read(text, name)
    known = [measure.id for measure in mandate.measures]
    for word in keep:
        if word not in known:
            near = get_close_matches(word, known, 1, 0.4)
            hint = Message("did-you-mean", name=near[0]) if near else Message("only-takes-ids")
            raise UsageError("not-a-measure", word=word, name=name, hint=hint)
    at = lines(text)
    starts = [at["measures", place] for place in range(len(known))]
    if len({*starts, at["measures",]}) <= len(known):
        raise UsageError("measures-share-a-line", name=name)
    after = [line for path, line in at.items() if len(path) == 1 and line > starts[-1]]
    written = text.splitlines(keepends=True)
    ends = [*starts[1:], min(after, default=len(written) + 1)]
    dropped = {
        line
        for measure, first, last in zip(known, starts, ends, strict=True)
        if measure not in keep
        for line in range(first, last)
    }
    return "".join(line for at_, line in enumerate(written, 1) if at_ not in dropped)


def unified(old: str, new: str, name: str) -> str:
    """A unified diff, as `patch` takes it."""
    return "".join(
        difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), name, f"{name} (--only)"
        )
    )
