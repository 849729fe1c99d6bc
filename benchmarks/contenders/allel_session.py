"""scikit-allel's warm process: the calls are in memory before it is asked.

Runs with the Python that has it, so it imports nothing of this project.
"""

import json
import os
import resource
import sys
import time
from typing import Any

import allel
import numpy as np

calls: Any = None
groups: dict[str, list[int]] = {}


def _load(matrix: str, populations: str) -> dict[str, Any]:
    global calls
    calls = allel.GenotypeArray(np.load(matrix))
    with open(populations) as lines:
        next(lines)
        for number, line in enumerate(lines):
            groups.setdefault(line.split()[1], []).append(number)
    return {}


def _frequencies() -> dict[str, Any]:
    counted = calls.count_alleles_subpops(groups, max_allele=1)
    frequencies = {name: found.to_frequencies() for name, found in counted.items()}
    return {"n": {name: int(counted[name][:, 1].sum()) for name in frequencies}}


_ORDERS = {"load": _load, "frequencies": _frequencies}

for line in sys.stdin:
    order = json.loads(line)
    do = _ORDERS[order.pop("do")]
    begun, cpu = time.perf_counter(), sum(os.times()[:2])
    answer = do(**order)
    answer["wall_seconds"] = time.perf_counter() - begun
    answer["cpu_seconds"] = sum(os.times()[:2]) - cpu
    answer["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"answer": answer}), flush=True)
