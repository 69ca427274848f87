# `make demo` answers the main question, `make test` checks everything; both set themselves up.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Without byte code `import numba` takes 1.9 s instead of 0.4.
export UV_COMPILE_BYTECODE := 1
# Elevations, ADS-B and ITU files stay outside the package; tests that need them skip where they are absent.
REFERENCE_DATA := ../shared/reference/data
ifneq ($(wildcard $(REFERENCE_DATA)),)
export OPENIAMD_DATA ?= $(abspath $(REFERENCE_DATA))
endif

PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.synced-runtime
DEVELOP := .venv/.synced-develop
# An installed uv is used as it is; otherwise one is put into .venv-tools, since distributions lock their own Python.
UV := $(or $(shell command -v uv 2>/dev/null),.venv-tools/bin/uv)
UV_FILE := $(filter .venv-tools/%,$(UV))
PATHS := $(wildcard src tests benchmarks docs/conf.py)

.PHONY: help setup demo test lint types contracts unit docs bench clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

.venv-tools/bin/uv:
	@echo "uv is absent: installing it into .venv-tools"
	@$(PYTHON) -m venv .venv-tools 2>/dev/null || $(PYTHON) -m venv --without-pip .venv-tools \
	  || { echo "$(PYTHON) cannot make a virtual environment" >&2; \
	       echo "hint: install Python 3.11 or newer with its venv module (Debian: apt install python3-venv)" >&2; exit 2; }
	@if test -x .venv-tools/bin/pip; then .venv-tools/bin/pip install --quiet uv; \
	  else $(PYTHON) -m pip --python .venv-tools/bin/python install --quiet uv; fi

$(RUNTIME): pyproject.toml uv.lock | $(UV_FILE)
	$(UV) sync --frozen --inexact
	@touch $@

$(DEVELOP): pyproject.toml uv.lock | $(UV_FILE)
	$(UV) sync --frozen --group dev --group docs
	@touch $@ $(RUNTIME)

setup: $(DEVELOP)  ## make .venv with everything that development needs

demo: $(RUNTIME)  ## compare the variants of the scenario `turkey` and write the report
	$(BIN)/iamd compare turkey

# One after the other, cheap checks first, whatever -j says.
test: $(DEVELOP)  ## lint, types, import contracts, tests, documentation
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory contracts
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory docs
	@$(MAKE) --no-print-directory unit

lint: $(DEVELOP)  ## formatting and lint
	$(BIN)/ruff format --check --quiet $(PATHS)
	$(BIN)/ruff check --quiet $(PATHS)

types: $(DEVELOP)  ## type check
	$(BIN)/basedpyright --level error $(PATHS)

contracts: $(DEVELOP)  ## import contracts
	$(BIN)/lint-imports

unit: $(DEVELOP)  ## tests only
	$(BIN)/pytest -W error --numprocesses auto --dist worksteal $(TESTS)

docs: $(DEVELOP)  ## build the documentation, every page executed
	@if test -f docs/conf.py; then PATH="$(abspath $(BIN)):$$PATH" $(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html \
	  && echo "documentation: docs/_build/html/index.html"; else echo "docs: no docs/conf.py, nothing to build"; fi

bench: $(DEVELOP)  ## benchmarks: speed, and the costliest kernels beside C twins
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/twins/run.py

clean:  ## remove what the targets above made, but not runs/
	rm -rf .venv .venv-tools dist docs/_build .pytest_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
