"""Convolutions in 8-bit integers: the same network, nearly twice as fast on a CPU.

Before each convolution named in `ranges` stand two FakeQuantize operations (OpenVINO opset1): one
rounds what flows in to 256 levels between the least and the greatest value that calibration saw
(bench/ranges.py), one rounds the weights, channel by channel. The CPU plugin then computes in int8.

Weights take 7 of the 8 bits: without VNNI two products of 8 bits each are added in 16, and would
saturate, silently. Depthwise convolutions stay in floats: their channels differ too much for one
range, and PicoDet with these in int8 finds nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Ranges = Mapping[str, tuple[float, float]]
"""Name of a convolution: least and greatest value that flows into it."""
LEVELS = 256
"""Values of 8 bits, by definition."""


def quantise(ov: Any, model: Any, ranges: Ranges) -> None:
    """Round, in `model`, what goes into each named convolution. Raises KeyError for a name that the
    model lacks."""
    operations = {operation.friendly_name: operation for operation in model.get_ops()}
    for name, (least, greatest) in ranges.items():
        convolution = operations[name]
        flow = convolution.input_value(0)
        convolution.input(0).replace_source_output(_rounded(ov, flow, *_with_zero(least, greatest)))
        weights = np.asarray(convolution.input_value(1).get_node().data, np.float32)
        most = np.abs(weights).max(axis=(1, 2, 3), keepdims=True) * 2  # 7 bits: see above
        constant = ov.opset13.constant(weights).output(0)
        rounded = _rounded(ov, constant, -most, most, LEVELS - 1)
        convolution.input(1).replace_source_output(rounded)


def _with_zero(least: float, greatest: float) -> tuple[Any, Any]:
    """The range, moved so that zero is one of its levels: padding stays exactly nothing."""
    step = (greatest - min(least, 0.0)) / (LEVELS - 1)
    below = round(-min(least, 0.0) / step)
    return np.float32(-below * step), np.float32((LEVELS - 1 - below) * step)


def _rounded(ov: Any, value: Any, least: Any, greatest: Any, levels: int = LEVELS) -> Any:
    low, high = ov.opset13.constant(least), ov.opset13.constant(greatest)
    return ov.opset13.fake_quantize(value, low, high, low, high, levels).output(0)
