"""Subjects leave the process as keyed tokens: one person, one token; no way back without the key."""

from __future__ import annotations

import hashlib
import hmac
import os
import shlex
from pathlib import Path

from anomaly.coding import CodedLog, blocks
from anomaly.errors import InputError

KEY_FILE = "ANOMALY_KEY_FILE"
KEY = "ANOMALY_KEY"
_TEXTS = 50_000  # joined at once: all together take the room of all
_END, _DAY = "\0", 86_400_000  # ms
MODES = os.name == "posix"  # elsewhere the mode of a file does not say who can read it
LEAST = 16  # characters; a shorter key can be tried out


def token_key(log: CodedLog) -> tuple[bytes, str]:
    """Find the key of the tokens and say where it came from: "file", "environment" or "log".

    Without a key of their own, people get one made from the log's whole vocabulary and times: the same log
    gives the same tokens in any row order, and whoever lacks the log cannot recompute them. Raises InputError
    as `own_key` does.
    """
    return own_key() or (_key_of(log), "log")


def own_key() -> tuple[bytes, str] | None:
    """Return the key that somebody set and whether it stood in a "file" or in the "environment", or None.

    Raises InputError for a key that is too short, and for a file that cannot be read, is another's, or can be
    read by others (any bit of mode 077): whoever has the key can try out a token.
    """
    if path := os.environ.get(KEY_FILE):
        try:
            with Path(path).open("rb") as file:
                _alone(file.fileno(), path)
                key = file.read().strip()
        except OSError as error:
            raise InputError(
                f"the key file cannot be read ({error.strerror})", path, f"correct the path in {KEY_FILE}"
            ) from None
        return _long_enough(key, KEY_FILE), "file"
    if text := os.environ.get(KEY):
        return _long_enough(text.encode(), KEY), "environment"
    return None


def _alone(file: int, path: str) -> None:
    """Refuse an open key file that is not its user's alone; where modes mean nothing, nothing is asked."""
    if not MODES:
        return
    found = os.fstat(file)
    if found.st_uid != os.geteuid():
        raise InputError(
            "the key file belongs to another user, who can read and change it",
            path,
            f"make a copy of your own, chmod 600 it, and name it in {KEY_FILE}",
        )
    if found.st_mode & 0o077:
        raise InputError(
            f"the key file is open to others (mode {found.st_mode & 0o777:03o}), and whoever has the key can "
            "find out whom a token stands for",
            path,
            f"chmod 600 {shlex.quote(path)}; if others may have read it, make a new key",
        )


def _key_of(log: CodedLog) -> bytes:
    digest = hashlib.sha256(b"anomaly token key 1")
    for name in sorted(log.texts.texts):
        texts = log.texts[name]
        for start in range(0, len(texts), _TEXTS):
            digest.update(f"{texts.slice(start, _TEXTS).str.join(_END).item()}{_END}".encode())
    times = log.events.time
    # What numpy divides by is one number: a third less than the remainder takes.
    within = sum(int(((block - block // _DAY * _DAY) // 7).sum()) for block in blocks(times))
    digest.update(f"{len(times)} {int(times.sum())} {within}".encode())
    return digest.digest()


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < LEAST:
        raise InputError(f"the key has fewer than {LEAST} characters", where, "use a long random one")
    return key


def token(key: bytes, subject: str) -> str:
    """Make the token of a subject key: `s_` and 48 bits of HMAC-SHA-256 in hexadecimal."""
    return "s_" + hmac.new(key, subject.encode(), hashlib.sha256).hexdigest()[:12]
