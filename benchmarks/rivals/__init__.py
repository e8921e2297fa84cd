"""The engine beside its rivals: ten detectors written again, as each library's own people would write them.

`python -m benchmarks.rivals` makes docs/benchmarks.md and its pictures.
"""
