"""Makes the smallest streaming model that sherpa-onnx loads (WeNet's CTC), for tests of the node's own
engine. It hears how loud it is and nothing more: one token for each stretch of sound.

    model.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

CHUNK, LEFT_CHUNKS, SUBSAMPLING, RIGHT_CONTEXT, MELS = 16, 4, 4, 6, 80
# Mean of the logarithmic mel energies between silence (about -16) and speech (about 8).
LOUD = 2.0

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "tokens.txt").write_text("<blk> 0\n▁sound 1\n", encoding="utf-8")

constant = numpy_helper.from_array
weights = np.zeros((MELS, 2), np.float32)
weights[:, 1] = 1.0 / MELS
constants = [
    constant(np.array([0], np.int64), "from"),
    constant(np.array([CHUNK * SUBSAMPLING], np.int64), "to"),
    constant(np.array([1], np.int64), "axis"),
    constant(np.array([SUBSAMPLING], np.int64), "step"),
    constant(weights, "weights"),
    constant(np.array([0.0, -LOUD], np.float32), "bias"),
]
nodes = [
    helper.make_node("Slice", ["x", "from", "to", "axis", "step"], ["some"]),
    helper.make_node("MatMul", ["some", "weights"], ["loud"]),
    helper.make_node("Add", ["loud", "bias"], ["logits"]),
    helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
    helper.make_node("Identity", ["attn_cache"], ["next_attn_cache"]),
    helper.make_node("Identity", ["conv_cache"], ["next_conv_cache"]),
]
value = helper.make_tensor_value_info
attn, conv = [1, 1, CHUNK * LEFT_CHUNKS, 2], [1, 1, 1, 1]
graph = helper.make_graph(
    nodes,
    "loudness",
    [
        value("x", TensorProto.FLOAT, [1, "T", MELS]),
        value("offset", TensorProto.INT64, [1]),
        value("required_cache_size", TensorProto.INT64, [1]),
        value("attn_cache", TensorProto.FLOAT, attn),
        value("conv_cache", TensorProto.FLOAT, conv),
        value("attn_mask", TensorProto.BOOL, [1, 1, "M"]),
    ],
    [
        value("log_probs", TensorProto.FLOAT, [1, "F", 2]),
        value("next_attn_cache", TensorProto.FLOAT, attn),
        value("next_conv_cache", TensorProto.FLOAT, conv),
    ],
    constants,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
facts = {
    "model_type": "wenet_ctc",
    "head": 1,
    "num_blocks": 1,
    "output_size": 1,
    "cnn_module_kernel": 2,
    "right_context": RIGHT_CONTEXT,
    "subsampling_factor": SUBSAMPLING,
    "vocab_size": 2,
}
helper.set_model_props(model, {name: str(fact) for name, fact in facts.items()})
save(model, folder / "model.onnx")
