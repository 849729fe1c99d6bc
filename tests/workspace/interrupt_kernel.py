"""Inside the image: interrupt long work in a real kernel, again and again, and go on using it."""

import json
import sys
import time
from pathlib import Path

from jupyter_client.manager import start_new_kernel

# What runs, and what must hold of the work folder after each interrupt.
WORK = {
    "association": 'cohort.association("Body height", ["age", "sex"])',
    "pca": "cohort.pca(4)",
    "kinship": "cohort.kinship()",
    "burden": "cohort.burden(covid, controls=others)",
    "to_vcf": 'cohort.to_vcf("all.vcf.gz", overwrite=True)',
    "to_pgen": 'cohort.to_pgen("all", overwrite=True)',
    "plink2": 'cohort.plink2("--missing")',
    "export": 'spe.export(table, "table.parquet", why="Table 1")',
}
SETUP = """
import warnings; warnings.simplefilter("ignore")
import gdi_spe as spe
cohort = spe.open_cohort(spe.cohorts()[0].id)
covid = cohort.individuals(diagnosis="MONDO:0100096")
others = cohort.individuals() - covid
table = cohort.allele_frequencies(gene="RYR1")
"""
AFTER = 'print(cohort.individuals(gene="TLR7").count(), len(cohort.variant_qc(gene="RYR1")))'


def ask(client, code):
    """Run a cell; return the name of its error, if any, and what it printed."""
    said = []

    def heard(message):
        if message["msg_type"] == "stream":
            said.append(message["content"]["text"])

    reply = client.execute_interactive(code, timeout=120, output_hook=heard)
    return reply["content"].get("ename", ""), "".join(said)


def interrupted(manager, client, code, seconds):
    """Run a cell over and over and interrupt it; return the name of the error that ended it."""
    message = client.execute(f"while True:\n    {code}", stop_on_error=False)
    time.sleep(seconds)
    manager.interrupt_kernel()
    while True:
        reply = client.get_shell_msg(timeout=120)
        if reply["parent_header"].get("msg_id") == message:
            return reply["content"].get("ename", "")


manager, client = start_new_kernel()
told = {}
try:
    assert ask(client, SETUP) == ("", "")
    expected = ask(client, AFTER)
    for name, code in WORK.items():
        first = ask(client, code)[0]
        ends = [interrupted(manager, client, code, s) for s in (0.2, 0.55, 0.93)]
        left = [str(each) for each in Path().rglob(".staging-*")]
        told[name] = {
            "first": first,
            "ends": ends,
            "left": left,
            "is_usable": ask(client, AFTER) == expected,
            "again": ask(client, code)[0],
        }
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print("TOLD" + json.dumps(told), file=sys.stdout)
