/**
 * `model.py` of Triton's Python backend (https://github.com/triton-inference-server/python_backend): a part of the network on ONNX
 * Runtime, for servers that lack the ONNX backend. Its Python needs `numpy` and `onnxruntime` (or `onnxruntime-gpu`).
 */
export const PYTHON_MODEL = `# Written by \`emostream model export --format triton\`.
import json
import os

# ONNX Runtime's builds report their use to their maker unless this is set before they are loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.inputs = [tensor["name"] for tensor in config["input"]]
        self.output = config["output"][0]["name"]
        self.on_gpu = args["model_instance_kind"] == "GPU"
        options = onnxruntime.SessionOptions()
        # One core for each instance: there are as many at work as there are instances.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # The plan of a call's memory would be kept for every count of rows.
        options.enable_mem_pattern = False
        providers = ["CPUExecutionProvider"]
        if self.on_gpu:
            device = {"device_id": int(args["model_instance_device_id"]), "cudnn_conv_algo_search": "HEURISTIC"}
            providers.insert(0, ("CUDAExecutionProvider", device))
        file = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        self.session = onnxruntime.InferenceSession(file, options, providers=providers)

    def execute(self, requests):
        """Requests that came together are one call; each gets its own rows of what that gives."""
        # By DLPack: of NumPy 2's arrays backends that were built with NumPy 1, such as that of 24.10, make nonsense without a word.
        feeds = {}
        for name in self.inputs:
            rows = [np.from_dlpack(pb_utils.get_input_tensor_by_name(request, name)) for request in requests]
            feeds[name] = np.concatenate(rows) if len(rows) > 1 else rows[0]
        counts = [pb_utils.get_input_tensor_by_name(request, self.inputs[0]).shape()[0] for request in requests]
        try:
            values = self.run(feeds, sum(counts))
        except Exception as error:
            failure = pb_utils.TritonError(str(error).splitlines()[0])
            return [pb_utils.InferenceResponse(error=failure) for _ in requests]
        ends = np.cumsum(counts)
        parts = np.split(values, ends[:-1])
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor.from_dlpack(self.output, part)]) for part in parts
        ]

    def run(self, feeds, rows):
        # CUDA makes itself ready for each count of rows: it gets powers of two.
        more = (1 << (rows - 1).bit_length()) - rows if self.on_gpu else 0
        if more:
            feeds = {name: np.pad(given, [(0, more)] + [(0, 0)] * (given.ndim - 1)) for name, given in feeds.items()}
        return self.session.run([self.output], feeds)[0][:rows]
`;
