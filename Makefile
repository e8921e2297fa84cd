# Two commands on a fresh machine: `make demo` and `make test`. Needs make and Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench rivals scorecard samples clean help
.DEFAULT_GOAL := help

help:
	@echo "make demo   set up, scan a small synthetic county, print a summary and the path of the page"
	@echo "make test   set up and run every test, with the house rules"
	@echo "make lint   ruff, mypy and the import rules"
	@echo "make bench  kernels beside their rivals"
	@echo "make rivals ten detectors beside polars, DuckDB and pandas: docs/benchmarks.md again, in some minutes"
	@echo "make scorecard  worlds with known truth, scans, baselines: docs/scorecard.md again, in some minutes"
	@echo "make samples  docs/samples again: the demo county's report, the return of the fixture filings"
	@echo "make clean  remove the environment and what runs left behind"

demo: $(VENV)/demo.stamp
	@$(BIN)/anomaly demo

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp
	$(BIN)/python -m pytest benchmarks --benchmark-only

rivals: $(VENV)/dev.stamp
	$(BIN)/anomaly bench --rivals --rows 1000000 --rows 5000000 --out docs

scorecard: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.scorecard

samples: $(VENV)/demo.stamp
	@$(BIN)/anomaly demo --out demo
	@$(BIN)/anomaly return --context fixtures/filings/deck2018 --year 2018 --as-of 2019-04-07 --review fixtures/filings/reviews2018.csv --out demo/return
	@mkdir -p docs/samples
	@cp demo/review/*.html demo/return/return.html docs/samples

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed, and \`$(PYTHON)\` is not it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "$(PYTHON) cannot make an environment; on Debian and Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/demo.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "setting up $(VENV): some minutes the first time" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "setting up $(VENV) with the tools of the tests: some minutes the first time" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@ $(VENV)/demo.stamp
