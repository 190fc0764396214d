"""Units cover the file once, in order; only GOPs in which nothing is hidden are copied."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contrejour.media import Gop
from contrejour.recorded.units import Chunk, plan, span_pts, units, unpack

lengths = st.lists(st.integers(1, 400), min_size=1, max_size=12)


def gops_of(counts: list[int]) -> list[Gop]:
    starts = np.cumsum([0, *counts[:-1]]).tolist()
    return [Gop(s, n, s, True) for s, n in zip(starts, counts, strict=True)]


@given(lengths)
def test_analysis_covers_every_frame_once_and_in_order(counts: list[int]) -> None:
    seen = []
    for unit in units(gops_of(counts)):
        start = sum(counts[: unit.first]) + unit.skip
        end = sum(counts[: unit.last]) if unit.count is None else start + unit.count
        seen += range(start, end)
    assert seen == list(range(sum(counts)))


@given(lengths, st.integers(0, 2**32 - 1), st.floats(0, 0.1))
def test_rendering_covers_every_frame_once_and_copies_no_hidden_one(
    counts: list[int], seed: int, share: float
) -> None:
    total = sum(counts)
    hidden = np.random.default_rng(seed).random((total, 2, 3)) < share
    frames = list(enumerate(hidden))
    chunks = list(plan(gops_of(counts), frames, copying=True, salt="s"))
    assert [pts for chunk in chunks for pts in chunk.pts] == list(range(total))
    for chunk in chunks:
        cells = np.array(list(unpack(chunk.hidden, 2, 3)))
        assert (cells == hidden[list(chunk.pts)]).all()
        assert not (chunk.copy and cells.any())
    clean = [
        n for n, g in enumerate(gops_of(counts)) if not hidden[g.start_pts :][: g.packets].any()
    ]
    copied = {n for c in chunks if c.copy for n in range(c.unit.first, c.unit.last)}
    assert copied == set(clean)


def test_a_gop_that_decodes_to_fewer_frames_than_packets_is_not_copied() -> None:
    frames = [(pts, np.zeros((1, 1), bool)) for pts in range(9)]
    (chunk,) = plan(gops_of([10]), frames, copying=True, salt="s")
    assert not chunk.copy


def test_a_chunk_is_named_after_all_that_its_bytes_depend_on() -> None:
    def name(salt: str, hidden: bool, pts: int) -> Chunk:
        return next(plan(gops_of([1]), [(pts, np.full((1, 1), hidden))], copying=False, salt=salt))

    names = {name(s, h, p).name for s in "ab" for h in (False, True) for p in (0, 1)}
    assert len(names) == 8


def test_a_file_lasts_from_its_first_picture_to_its_last_though_gops_show_none() -> None:
    frames = [(pts, np.zeros((1, 1), bool)) for pts in range(5, 10)]
    chunks = list(plan(gops_of([5, 5, 5]), frames, copying=True, salt="s"))
    assert [len(chunk.pts) for chunk in chunks] == [0, 5, 0]
    assert span_pts(chunks) == 4
