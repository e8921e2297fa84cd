"""What a scan can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anomaly.detectors import BY_NAME, DETECTORS
from anomaly.detectors.contract import WEAKEST
from anomaly.errors import SettingsError


@dataclass(frozen=True)
class Settings:
    """What a scan can be told.

    profile: name or file, recognised when None; context: folder of tables; policy: a TOML file laid over the
    packaged policy; fdr: the false discovery rate of the chance findings; clear: show subjects as they are,
    not as tokens; detectors: settings by detector name; time_zone, local_zone: override the profile's;
    threads: for the detectors (results do not depend on it); cache: folder in which coded logs are kept
    for the next scan of the same files; memory: bytes that a scan may take, see `Budget`, any when None.
    """

    profile: str | None = None
    context: Path | None = None
    policy: Path | None = None
    fdr: float = 0.10
    clear: bool = False
    detectors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    time_zone: str | None = None
    local_zone: str | None = None
    threads: int = 2
    cache: Path | None = None
    memory: int | None = None

    def checked(self) -> Settings:
        """Return the settings; raises SettingsError when one is out of bounds or names no detector."""
        if not 0 < self.fdr <= WEAKEST:
            raise SettingsError(
                f"a false discovery rate of {self.fdr} is not usable",
                "--fdr",
                f"choose one in (0, {WEAKEST}]",
            )
        for name in self.detectors:
            if name not in BY_NAME:
                raise SettingsError(f"`{name}` is no detector", next=f"they are {', '.join(BY_NAME)}")
            if not isinstance(self.detectors[name], Mapping):
                raise SettingsError(
                    f"`{name}` is not a table of settings", next=f"write [{name}], then its settings below"
                )
            BY_NAME[name].chosen(self.detectors[name])
        return self

    def of_detectors(self) -> dict[str, dict[str, Any]]:
        """Return the settings of every detector as they are used, defaults included."""
        return {d.name: dict(d.settings) | dict(self.detectors.get(d.name, {})) for d in DETECTORS}
