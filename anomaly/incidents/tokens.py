"""Subjects leave the process as keyed tokens: one person, one token; no way back without the key."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from anomaly.coding import CodedLog, blocks
from anomaly.errors import InputError

KEY_FILE = "ANOMALY_KEY_FILE"
KEY = "ANOMALY_KEY"
_TEXTS = 50_000  # joined at once: all together take the room of all
_END, _DAY = "\0", 86_400_000  # ms
LEAST = 16  # characters; a shorter key can be tried out


def token_key(log: CodedLog) -> tuple[bytes, str]:
    """Find the key of the tokens and say where it came from: "file", "environment" or "log".

    Without a key of their own, people get one made from the log's whole vocabulary and times: the same log
    gives the same tokens in any row order, and whoever lacks the log cannot recompute them. Raises InputError
    for a key that is too short or a file that cannot be read.
    """
    if path := os.environ.get(KEY_FILE):
        try:
            key = Path(path).read_bytes().strip()
        except OSError as error:
            raise InputError(
                f"the key file cannot be read ({error.strerror})", KEY_FILE, "correct the path"
            ) from None
        return _long_enough(key, KEY_FILE), "file"
    if text := os.environ.get(KEY):
        return _long_enough(text.encode(), KEY), "environment"
    digest = hashlib.sha256(b"anomaly token key 1")
    for name in sorted(log.texts.texts):
        texts = log.texts[name]
        for start in range(0, len(texts), _TEXTS):
            digest.update(f"{texts.slice(start, _TEXTS).str.join(_END).item()}{_END}".encode())
    times = log.events.time
    # What numpy divides by is one number: a third less than the remainder takes.
    within = sum(int(((block - block // _DAY * _DAY) // 7).sum()) for block in blocks(times))
    digest.update(f"{len(times)} {int(times.sum())} {within}".encode())
    return digest.digest(), "log"


def exposed_key() -> list[str]:
    """Say that others can read the key file, where they can: whoever has the key can try out a token."""
    path = os.environ.get(KEY_FILE)
    if not path or os.name != "posix" or not Path(path).exists() or not Path(path).stat().st_mode & 0o077:
        return []
    return [
        f"the key file that {KEY_FILE} names can be read by others: make it its owner's alone (chmod 600)"
    ]


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < LEAST:
        raise InputError(f"the key has fewer than {LEAST} characters", where, "use a long random one")
    return key


def token(key: bytes, subject: str) -> str:
    """Make the token of a subject key: `s_` and 48 bits of HMAC-SHA-256 in hexadecimal."""
    return "s_" + hmac.new(key, subject.encode(), hashlib.sha256).hexdigest()[:12]
