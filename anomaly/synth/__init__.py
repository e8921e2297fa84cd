"""Synthetic worlds whose every misuse is known: invented people, their work, and the truth about it."""

from anomaly.synth.make import Written, build, write_world
from anomaly.synth.parameters import Parameters, load
from anomaly.synth.size import Size, size_of
from anomaly.synth.terminal import print_world

__all__ = ["Parameters", "Size", "Written", "build", "load", "print_world", "size_of", "write_world"]
