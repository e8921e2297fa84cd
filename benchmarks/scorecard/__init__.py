"""The scorecard: worlds with known truth, scanned by this engine and by honest baselines, told on one page.

`python -m benchmarks.scorecard` makes docs/scorecard.md and its pictures from nothing but seeds.
"""
