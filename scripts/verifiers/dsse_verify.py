"""Verifies the signed statements in a file, one envelope a line, and prints them: dsse_verify.py PUBLIC_KEY FILE.

The work is done by securesystemslib, the library of in-toto and TUF.
"""

import json
import pathlib
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey


def main():
    public = load_pem_public_key(pathlib.Path(sys.argv[1]).read_bytes())
    for line in pathlib.Path(sys.argv[2]).read_text().splitlines():
        envelope = Envelope.from_dict(json.loads(line))
        # The library wants to be told which name the key goes by in signatures.
        keys = [SSlibKey.from_crypto(public, keyid=name) for name in envelope.signatures]
        envelope.verify(keys, 1)
        print(envelope.payload.decode())


if __name__ == "__main__":
    main()
