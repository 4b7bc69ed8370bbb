"""How an ONNX network is run: on one thread; one process a core is faster than several threads a process."""

from __future__ import annotations

import onnxruntime


def session_of(network: bytes) -> onnxruntime.InferenceSession:
    """An ONNX file, ready to be run on one thread of the processor."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
