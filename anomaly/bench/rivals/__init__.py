"""The engine beside its rivals: ten detectors written again, as each library's own people would write them.

`anomaly bench --rivals` runs them, and makes docs/benchmarks.md and its pictures.
"""
