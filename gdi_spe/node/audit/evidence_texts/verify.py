"""Verify the audit log in this folder. Standard library alone; openssl for the signatures."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from typing import Any, NoReturn

GENESIS = "0" * 64
HASHED = ("seq", "at", "kind", "actor", "resource", "facts", "previous_hash")


def canonical(value: "dict[str, Any]") -> bytes:
    """Return the one JSON text of an object."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def fail(text: str) -> NoReturn:
    """Name what is wrong and end."""
    print(text)
    sys.exit(1)


def lines(name: str) -> "list[dict[str, Any]]":
    """Return the JSON objects of a file, one a line."""
    with open(name, encoding="ascii") as file:
        return [json.loads(line) for line in file]


def check_signature(message: bytes, signature: bytes) -> bool:
    """Verify an Ed25519 signature with openssl."""
    with tempfile.TemporaryDirectory() as folder:
        message_path = os.path.join(folder, "message")
        signature_path = os.path.join(folder, "signature")
        with open(message_path, "wb") as file:
            file.write(message)
        with open(signature_path, "wb") as file:
            file.write(signature)
        command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin"]
        command += ["-inkey", "node-signing.pub", "-in", message_path, "-sigfile", signature_path]
        return subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0


def main() -> None:
    """Follow the chain, then the anchors."""
    previous = GENESIS
    hashes: dict[int, str] = {}
    for number, event in enumerate(lines("events.jsonl"), start=1):
        if event["seq"] != number:
            fail(f"record {number} is missing")
        body = {name: event[name] for name in HASHED}
        if hashlib.sha256(canonical(body)).hexdigest() != event["hash"]:
            fail(f"record {number} is not what was written")
        if event["previous_hash"] != previous:
            fail(f"record {number} does not follow from the one before it")
        previous = hashes[number] = event["hash"]
    before = GENESIS
    for anchor in lines("anchors.jsonl"):
        body = {name: anchor[name] for name in ("at", "hash", "previous", "seq")}
        message = b"gdi-spe audit anchor 1\n" + canonical(body)
        if anchor["previous"] != before:
            fail(f"the anchor of record {anchor['seq']} does not follow from the one before")
        if not check_signature(message, base64.b64decode(anchor["signature"])):
            fail(f"the anchor of record {anchor['seq']} is not signed by the node")
        if hashes.get(anchor["seq"]) != anchor["hash"]:
            fail(f"record {anchor['seq']} is not the one that an anchor names")
        before = hashlib.sha256(message).hexdigest()
    print(f"holds: {len(hashes)} records")


if __name__ == "__main__":
    main()
