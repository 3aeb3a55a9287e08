# The two commands of the README are `make run` and `make test`; both do the set-up first, once.
.PHONY: run test install lint bench notebook lock clean
PYTHON ?= python3
BIN := .venv/bin
SAMPLES := --inbox data/samples --as-of 2026-03-31T09:00:00+02:00

run: .venv/ok ## the main job on the samples
	$(BIN)/livret run $(SAMPLES)

test: .venv/ok ## every check, fastest first
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --nocolor -p 0 models
	$(BIN)/mypy
	$(BIN)/python -m pytest

install: .venv/ok

# Bytecode is compiled once here: without it every start compiles 8,000 files again. So are the models parsed.
.venv/ok: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "from pipelines.warehouse import dbt_project; dbt_project.manifest()"
	@touch $@

lint: .venv/ok ## repair what the linters can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --nocolor models

bench: .venv/ok ## speed, as ratios to a bare scan in the same run
	$(BIN)/python -m tests.bench

notebook: .venv/ok ## every notebook executed over the published file, beside its source
	$(BIN)/jupytext --quiet --to notebook notebooks/*.py
	$(BIN)/jupyter-execute --inplace notebooks/*.ipynb

lock: ## resolve the dependencies anew; names no registry
	$(BIN)/uv pip compile --quiet pyproject.toml --extra dev --universal --generate-hashes \
	    --no-strip-extras --no-header --no-annotate --python-version 3.11 --output-file requirements.lock

clean: ## everything that can be made again
	rm -rf .venv target logs data/warehouse data/reports data/dagster
