"""Loading a network into OpenVINO, pre-processing included, at a fixed input size.

One thread a network: a run has one worker process a core. Results that are not finite are an
error, not an empty answer. With `ranges`, convolutions compute in integers (int8.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrejour.base.errors import DetectorError
from contrejour.base.pictures import Rgb
from contrejour.vision.detect.int8 import Ranges, quantise
from contrejour.vision.detect.runtime import openvino

Floats = NDArray[np.float32]


class Net:
    """A compiled network: `run` takes an upright RGB picture of (height, width)."""

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        outputs: Sequence[str],
        *,
        bgr: bool = False,
        mean: Sequence[float] = (0.0, 0.0, 0.0),
        scale: Sequence[float] = (1.0, 1.0, 1.0),
        ranges: Ranges | None = None,
    ) -> None:
        ov = openvino()
        core = ov.Core()
        model = core.read_model(path)
        model = _cut(ov, model, outputs)
        if ranges:
            quantise(ov, model, ranges)
        model.reshape([1, 3, height, width])
        prepare = ov.preprocess.PrePostProcessor(model)
        tensor = prepare.input().tensor().set_element_type(ov.Type.u8)
        tensor.set_layout(ov.Layout("NHWC"))
        tensor.set_color_format(ov.preprocess.ColorFormat.RGB)
        prepare.input().model().set_layout(ov.Layout("NCHW"))
        steps = prepare.input().preprocess().convert_element_type(ov.Type.f32)
        if bgr:
            steps.convert_color(ov.preprocess.ColorFormat.BGR)
        steps.mean(list(mean)).scale(list(scale))
        one_thread = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": 1,
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": False,  # every worker would choose the first core
        }
        self._request = core.compile_model(
            prepare.build(), "CPU", one_thread
        ).create_infer_request()
        self._count = len(outputs)

    def run(self, picture: Rgb) -> list[Floats]:
        """The outputs, in the order they were asked for. Raises DetectorError."""
        try:
            self._request.infer({0: picture[None]})
        except RuntimeError as error:
            raise DetectorError("inference-failed", error=str(error)) from error
        found = [self._request.get_output_tensor(at).data for at in range(self._count)]
        if not all(np.isfinite(values).all() for values in found):
            raise DetectorError("inference-not-a-number")
        return found


def _cut(ov: Any, model: Any, outputs: Sequence[str]) -> Any:
    """The part of `model` that computes the named tensors from its picture input.

    "name" is what an operation or a result of that name gives, "<name" what goes into one.
    """
    operations = {operation.friendly_name: operation for operation in model.get_ops()}
    named = {name: output for output in model.outputs for name in output.get_names()}
    wanted = [
        operations[name[1:]].input_value(0) if name.startswith("<")
        else named[name].node.input_value(0) if name in named
        else operations[name].output(0)
        for name in outputs
    ]  # fmt: skip
    pictures = [p for p in model.get_parameters() if len(p.get_partial_shape()) == 4]
    return ov.Model(wanted, pictures)
