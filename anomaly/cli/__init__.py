"""The command line: thin verbs; data on stdout, progress on stderr; a verb imports the libraries it needs."""

from anomaly.cli import scanning, reports, manuals, returning, worlds, throughput  # isort: skip  (the order of the verbs in the help)
from anomaly.cli.app import app, main

__all__ = ["app", "main", "manuals", "reports", "returning", "scanning", "throughput", "worlds"]
