# Two commands do everything on a fresh machine: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help demo server test long check mutants faults bench gx-conformance lock pictures clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Tests force thousands of small files to disk, which costs nothing where the disk is memory.
IN_MEMORY := $(shell [ -w /dev/shm ] && [ "$$(df -Pk /dev/shm | awk 'NR == 2 {print $$4}')" -gt 4000000 ] && echo TMPDIR=/dev/shm)

export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export GX_ANALYTICS_ENABLED := false

help:  ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@sh scripts/make_environment.sh $(VENV)
	@touch $@

demo: $(READY)  ## simulate a corridor, ingest it, report it, and say where the report is
	@$(BIN)/corridor demo

server: $(READY)  ## Prefect server and worker with PostgreSQL for a team, until Ctrl-C; PORT=4200
	@$(BIN)/python -m flows.server run --port $(or $(PORT),4200)

test: check  ## lint, types and the test suite
	@$(IN_MEMORY) $(BIN)/python -m pytest -q -n auto -m "not long"

long: $(READY)  ## tests that take minutes, and the rest of each sweep of which make test takes a part
	@$(IN_MEMORY) $(BIN)/python -m pytest -q -m long
	@$(IN_MEMORY) HYPOTHESIS_EXAMPLES=$(or $(HYPOTHESIS_EXAMPLES),200) $(BIN)/python -m pytest -q -m dear

check: $(READY)  ## lint, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports

mutants: $(READY)  ## change every rule a little, thousands of times, and see that a boundary row notices each
	@$(BIN)/python -m tests.mutants.sweep

gx-conformance: $(READY)  ## run Great Expectations' own tests on the Polars engine (needs a package index)
	@sh scripts/gx_conformance.sh $(VENV) .venv-gx

faults: $(READY)  ## kill and starve a run at each of its system calls: DATABASE=sqlite|postgresql RUN=small|demo FAULTS_EVERY=k
	@$(BIN)/python -m tests.faults.sweep --run $(or $(RUN),small) --database $(or $(DATABASE),sqlite) --teeth

lock:  ## pin every dependency anew (needs uv and a package index)
	@sh scripts/pin_dependencies.sh

bench: $(READY)  ## compare with what would be used instead: NAME=edifact, or all without NAME
	@$(BIN)/python -m benchmarks $(NAME)

pictures: $(READY)  ## take the pictures of the README from the demo's own output (needs Chromium)
	@$(BIN)/python scripts/take_pictures.py

clean:  ## remove the environment and everything the demo made
	rm -rf $(VENV) .venv-gx var
