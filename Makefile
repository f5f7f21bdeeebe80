# Every target does its own set-up, says what it is doing, and takes seconds the second time.
# Written for GNU make 3.81 and later.

.DEFAULT_GOAL := help
.PHONY: help run restart test test-others test-rooms test-systems test-pages check format bench faults demo token lock clean

PY := .venv/bin/python
PAGES := frontend/dist/index.html
PAGE_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -type f -print 2>/dev/null)

HAS_NODE := { node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' && command -v npm; } >/dev/null 2>&1
INSTALL_PAGE_TOOLS = { $(HAS_NODE) || { \
	echo "Node 20 or later, with npm, is missing: install it (nodejs.org) and try again." >&2; exit 2; }; \
	test frontend/node_modules/.installed -nt frontend/package-lock.json || { \
	echo "Installing what builds the pages." && \
	(cd frontend && npm ci --no-audit --no-fund --loglevel=error >/dev/null) && touch frontend/node_modules/.installed; }; }

CALL = late_order
SPEED = 1
BENCH = load transcription

# Calls at the pace of speech leave the processors half idle, and the tests of rooms use the other half, at low priority.
CALL_TESTS = tests/integration/calls tests/browser --ignore=tests/integration/calls/test_restart.py
SYSTEM_TESTS = tests/integration/calls/test_restart.py tests/integration/local tests/faults
BESIDE = $(MAKE) -j1 -k --no-print-directory
ROOM_TESTS = tests/unit tests/integration --ignore=tests/integration/calls --ignore=tests/integration/local

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: .venv/.runtime $(PAGES) ## Run everything on this machine until Ctrl-C (HOST, PORT and the rest: README.md)
	@exec $(PY) -m app.local

restart: .venv/.runtime ## Replace web and workers of the running system one by one; calls go on
	@$(PY) -m app.local.restart

demo: .venv/.runtime ## Play a sample call into the running system: make demo CALL=late_order SPEED=1
	@$(PY) -m data.simulate_call $(CALL) --speed $(SPEED)

token: .venv/.runtime ## Print an API token for the running system: make token NAME=gateway
	@test -n "$(NAME)" || { echo "Say which machine the token is for: make token NAME=gateway" >&2; exit 2; }
	@$(PY) -m app.local.inside flask --app app.api.factory token create "$(NAME)"

test: check $(PAGES) ## Check, then run all tests, with coverage and where the time went
	@echo "Running the tests of calls and browsers, and beside them all others (test-results/others.log)."
	@rm -f .coverage .coverage.*; mkdir -p test-results
	@$(BESIDE) test-others >test-results/others.log 2>&1 & others=$$!; \
	  trap 'kill $$others' INT TERM; \
	  $(PY) -m coverage run -m pytest $(CALL_TESTS); calls=$$?; \
	  echo "Waiting for all others."; \
	  wait $$others; others=$$?; cat test-results/others.log; exit $$((calls || others))
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

test-others: test-rooms test-systems test-pages

test-rooms:
	@nice -n 15 $(PY) -m coverage run -m pytest $(ROOM_TESTS)

test-systems:
	@$(PY) -m coverage run -m pytest $(SYSTEM_TESTS)

test-pages:
	@cd frontend && npm test --silent

check: .venv/.dev frontend/node_modules/.installed ## Check style, types and imports, without running anything
	@echo "Checking style (ruff)."
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@echo "Checking types (mypy)."
	@.venv/bin/mypy
	@echo "Checking who imports whom (import-linter)."
	@.venv/bin/lint-imports --no-logo
	@echo "Checking the pages (TypeScript, ESLint)."
	@cd frontend && npm run --silent check

format: .venv/.dev ## Put the code into shape
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

bench: .venv/.dev $(PAGES) ## Measure calls at once, word errors and lag; one of them: make bench BENCH=transcription
	@for name in $(BENCH); do $(PY) -m benchmarks $$name || exit; done

faults: .venv/.dev $(PAGES) ## Break every part during calls and see that nothing is lost; one random mix: SEED=7
	@SEED=$(SEED) $(PY) -m pytest -m "" $(if $(SEED),tests/faults/test_mix.py,tests/faults)

lock: ## Make the lock files anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock

clean: ## Remove what was installed and built; the data in var/ stays
	rm -rf .venv frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache .coverage .coverage.* test-results
	find app workers data tests -name __pycache__ -prune -exec rm -rf {} +

# Set-up. Each stamp is newer than what it was made from.

.venv/.runtime: requirements.lock
	@python=; for candidate in $(PYTHON) python3 python3.12 python3.11 python3.13; do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	test -n "$$python" || { echo "Python 3.11 or later is missing: install it, or say where it is with make PYTHON=…" >&2; exit 2; }; \
	test -x $(PY) || { echo "Making a virtual environment in .venv."; $$python -m venv .venv; } || \
	  { echo "Python cannot make virtual environments here: install its venv module (Debian: python3-venv)." >&2; exit 2; }
	@echo "Installing the Python packages (a minute or two the first time)."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Installing the Python packages for development."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

frontend/node_modules/.installed: frontend/package-lock.json
	@$(INSTALL_PAGE_TOOLS)

$(PAGES): frontend/package-lock.json $(PAGE_SOURCES)
	@if test -f $@ && ! $(HAS_NODE); then \
	  echo "Node 20 or later, with npm, is missing: using the pages as they were built."; \
	else \
	  $(INSTALL_PAGE_TOOLS) && echo "Building the pages." && cd frontend && npm run --silent build -- --logLevel warn; \
	fi
	@touch $@
