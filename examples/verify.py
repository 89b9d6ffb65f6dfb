#!/usr/bin/env python3
"""Verify a Keyside token in Python, with nothing but the `cryptography` package.

    python3 examples/verify.py protocol/vectors/valid/*.json

Shows what any language has to do before it believes a signal. The order of the
checks is the order of docs/protocol.md. Exit status 0 means that all files
were accepted, 1 that one was refused.
"""

import base64
import json
import pathlib
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")
VECTORS = pathlib.Path(__file__).parent.parent / "protocol" / "vectors"


class Refused(Exception):
    """The token must not be acted on; the text is its code."""


def decode(segment):
    """Base64url, strictly: one text for one sequence of bytes."""
    data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != segment:
        raise Refused("token_not_canonical")
    return data


def encode(text):
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def pins(trusted):
    """The one header segment that each (key, kind) may have, and its key."""
    found = {}
    for key in trusted:
        public = Ed25519PublicKey.from_public_bytes(decode(key["jwk"]["x"]))
        for kind in key["kinds"]:
            header = f'{{"alg":"Ed25519","kid":"{key["kid"]}","typ":"keyside-{kind}+jwt"}}'
            found[encode(header)] = (kind, key["issuer"], public)
    return found


def members(pairs):
    """JSON with a name that comes twice has no single meaning."""
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise Refused("json_duplicate_name")
    return dict(pairs)


def verify(token, pinned, kinds, audience, now):
    """Give back the claims, or raise Refused."""
    if len(token) > 14000:
        raise Refused("token_too_large")
    parts = COMPACT.fullmatch(token)
    if parts is None:
        raise Refused("token_malformed")
    header, payload, signature = parts.groups()
    data, mark = decode(payload), decode(signature)
    if header not in pinned:
        raise Refused("header_not_pinned")
    kind, issuer, key = pinned[header]
    if kind not in kinds:
        raise Refused("kind_unexpected")
    try:
        key.verify(mark, f"{header}.{payload}".encode())
    except InvalidSignature:
        raise Refused("signature_invalid") from None
    claims = json.loads(data.decode("utf-8", "strict"), object_pairs_hook=members)
    # A real consumer checks the closed schema of the kind here.
    if claims["iss"] != issuer:
        raise Refused("issuer_mismatch")
    if claims["aud"] != audience:
        raise Refused("audience_mismatch")
    if claims["iat"] > now + 5:
        raise Refused("issued_in_future")
    if now >= claims["exp"]:
        raise Refused("expired")
    return claims


def main(files):
    pinned = pins(json.loads((VECTORS / "keys.json").read_text())["trusted"])
    refused = False
    for file in files:
        vector = json.loads(pathlib.Path(file).read_text())
        try:
            claims = verify(
                vector["token"], pinned, vector["kinds"], vector["audience"], vector["now"]
            )
            print(f"{file}: accepted, from {claims['iss']}")
        except Refused as code:
            refused = True
            print(f"{file}: refused, {code}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
