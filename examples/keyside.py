"""Send intents to a Keyside engine from Python, with nothing but the `cryptography` package.

Speaks as much MQTT 3.1.1 as that needs; `paho-mqtt` with the same client id,
user name, password and topics does as well.
"""

import base64
import hashlib
import json
import pathlib
import secrets
import socket
import time
import urllib.parse

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(secret, claims):
    """RFC 7515, with the header that docs/protocol.md prescribes."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public = encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    thumbprint = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}'.encode())
    header = f'{{"alg":"Ed25519","kid":"{encode(thumbprint.digest())}","typ":"keyside-intent+jwt"}}'
    text = f"{encode(header.encode())}.{encode(json.dumps(claims).encode())}"
    return f"{text}.{encode(key.sign(text.encode()))}"


class Program:
    """A program of `keyside program add`; `folder` is what that command made."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).expanduser()
        self.facts = json.loads((self.folder / "program.json").read_text())

    def send(self, kind, **claims):
        """Returns the engine's answer, or raises TimeoutError."""
        facts, now = self.facts, time.time()
        names = {"iss": facts["program"], "aud": facts["provider"], "sub": facts["stream"]}
        times = {"iat": now, "exp": now + 20, "jti": encode(secrets.token_bytes(16))}
        what = {"kind": kind, "market": facts["market"], **claims}
        secret = decode((self.folder / "program.key").read_text().strip())
        token = sign(secret, {**names, **times, **what})
        for text in self.exchange(token):
            result = self.verified(text)
            if result["to"] == encode(hashlib.sha256(token.encode()).digest()):
                return result["answer"]

    def verified(self, token):
        """The answer is the engine's: its key stands in program.json."""
        text, _, signature = token.rpartition(".")
        engine = Ed25519PublicKey.from_public_bytes(decode(self.facts["engine"]))
        engine.verify(decode(signature), text.encode())
        header, payload = (json.loads(decode(part)) for part in text.split("."))
        if header["typ"] != "keyside-result+jwt" or payload["aud"] != self.facts["program"]:
            raise ValueError("no result for this program")
        return payload

    def exchange(self, token):
        """Publishes the token, and gives what comes on the topic of results."""
        facts, password = self.facts, (self.folder / "access.token").read_text().strip()
        with connect(facts["broker"]) as sock:
            name = field(facts["client"])
            packet(sock, 0x10, field("MQTT") + b"\x04\xc2\x00\x1e" + name + name + field(password))
            if receive(sock)[1][1] != 0:
                raise PermissionError("the broker refuses the access token")
            packet(sock, 0x82, b"\x00\x01" + field(facts["results"]) + b"\x01")
            receive(sock)
            packet(sock, 0x32, field(facts["intents"]) + b"\x00\x02" + token.encode())
            while True:
                kind, body = receive(sock)
                if kind >> 4 == 3:
                    start = 2 + int.from_bytes(body[:2], "big")
                    packet(sock, 0x40, body[start : start + 2])
                    yield body[start + 2 :].decode()


def connect(url):
    if url.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(10)
        sock.connect(url.removeprefix("unix:"))
        return sock
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "mqtt" or parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("the token must not travel in clear: use an MQTT client with TLS")
    return socket.create_connection((parts.hostname, parts.port or 1883), timeout=10)


def field(text):
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def packet(sock, kind, body):
    length, rest = b"", len(body)
    while rest > 127:
        length, rest = length + bytes([rest % 128 | 128]), rest // 128
    sock.sendall(bytes([kind]) + length + bytes([rest]) + body)


def receive(sock):
    kind, length, shift = exactly(sock, 1)[0], 0, 0
    while (byte := exactly(sock, 1)[0]) > 127:
        length, shift = length + ((byte & 127) << shift), shift + 7
    return kind, exactly(sock, length + (byte << shift))


def exactly(sock, count):
    data = b""
    while len(data) < count:
        part = sock.recv(count - len(data))
        if not part:
            raise ConnectionError("the broker closed the connection")
        data += part
    return data
