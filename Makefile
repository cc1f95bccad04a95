# IMT Plan. `make run` and `make test` need Python 3.11 or later, make, and a network to install
# packages the first time; they make everything else themselves.

VENV := .venv
PY := $(VENV)/bin/python
# Three for two cores: where one waits for a browser or a server, another computes.
WORKERS ?= 3
ARGS ?=
# The first Python that is new enough; `make run PYTHON=…` chooses another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(shell $(name) -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo $(name))))
BESIDE = $(PY) -m imtplan.embedded

MAKEFLAGS += --no-print-directory
.PHONY: run test golden pure kill walk siege screenshots check lint format lock messages clean install-run install-dev packages venv help
.DEFAULT_GOAL := help

help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1: \2/p' Makefile

run: install-run ## the whole site on this machine, until Ctrl-C (PORT=8000)
	@exec $(PY) -m imtplan.run

test: install-dev ## the whole test suite (ARGS="-k name")
	@exec $(BESIDE) $(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

golden: install-dev ## write anew every number that tests/golden holds, for a change on purpose
	@GOLDEN=write exec $(BESIDE) $(PY) -m pytest -n $(WORKERS) tests/golden

pure: install-dev ## edits at random, what is stored held against the reference (SEQUENCES=100 SEED=1)
	@PURE_SEQUENCES=$(or $(SEQUENCES),100) PURE_SEED=$(SEED) exec $(BESIDE) $(PY) -m pytest \
		--durations=1 tests/indicators/test_stored_is_pure.py

kill: install-dev ## kill -9 of every part in mid-recomputation (ROUNDS=50 SEED=1)
	@KILL_ROUNDS=$(or $(ROUNDS),50) KILL_SEED=$(or $(SEED),1) exec $(BESIDE) $(PY) -m pytest -s \
		tests/indicators/test_kill.py

walk: install-dev ## people and mishaps on the entry page, in a browser (SEQUENCES=500 SEED=1)
	@WALK_SEQUENCES=$(or $(SEQUENCES),500) WALK_SEED=$(or $(SEED),1) exec $(BESIDE) $(PY) -m pytest \
		tests/browser/test_entry_walk.py

siege: install-dev ## strangers at the sign-in page, behind nginx with docker/nginx.conf, in full
	@SIEGE=full exec $(BESIDE) $(PY) -m pytest tests/siege

screenshots: install-dev ## every picture of docs/screenshots anew, with a Chromium on the PATH
	@exec $(BESIDE) $(PY) benchmarks/screenshots.py

check: lint ## lint, and what needs Django: migrations in step, production settings
	@$(BESIDE) $(PY) manage.py makemigrations --check --dry-run --settings=tests.settings
	@DEBUG=false SECURE=true SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_hex(40))') \
		ALLOWED_HOSTS=plan.example.org SITE_URL=https://plan.example.org \
		EMAIL_URL=smtp+tls://mail.example.org:587 DEFAULT_FROM_EMAIL=plan@example.org \
		$(BESIDE) $(PY) manage.py check --deploy --fail-level WARNING

lint: install-dev ## style, imports, templates, types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(VENV)/bin/lint-imports
	@git ls-files --cached --others --exclude-standard '*.html' | xargs -r $(VENV)/bin/djade --check
	@$(BESIDE) $(PY) -m mypy

format: install-dev ## put the code and the templates in our style
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@git ls-files --cached --others --exclude-standard '*.html' | xargs -r $(VENV)/bin/djade

messages: install-dev ## gather the texts to translate and compile them (needs gettext)
	@$(BESIDE) $(PY) manage.py makemessages --all --no-obsolete --no-location --no-wrap \
		--ignore '.venv/*' --settings=tests.settings
	@$(BESIDE) $(PY) manage.py compilemessages --ignore '.venv/*' --settings=tests.settings

LOCK = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --quiet
lock: ## pin the packages anew from pyproject.toml (needs uv; UPGRADE=1 takes newer versions)
	$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements/base.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra embedded -c requirements/base.txt -o requirements/run.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra embedded --extra dev -c requirements/run.txt \
		-o requirements/dev.txt

clean: ## remove the data of `make run`, and what the tools keep
	@if [ -d .local ]; then $(PY) -m imtplan.run clean; fi
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# --- The virtual environment ----------------------------------------------------------------------
# A stamp with the checksum of the requirements file says that this very file was installed.
# requirements/dev.txt holds all that requirements/run.txt does.

STAMP = $(VENV)/installed-$(1)-$(shell cksum < requirements/$(1).txt | tr ' ' '-')

install-run:
	@{ [ -e $(call STAMP,run) ] || [ -e $(call STAMP,dev) ]; } && $(PY) -c '' 2>/dev/null || \
		$(MAKE) packages SET=run

install-dev:
	@[ -e $(call STAMP,dev) ] && $(PY) -c '' 2>/dev/null || $(MAKE) packages SET=dev

packages: venv
	@echo "Installing the pinned packages of requirements/$(SET).txt (once, about a minute)…"
	@$(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-input --progress-bar off \
		--require-hashes -r requirements/$(SET).txt || { \
		echo "The packages could not be installed; pip says why above. Is there a network?"; exit 1; }
	@rm -f $(VENV)/installed-$(SET)-* && touch $(call STAMP,$(SET))

venv:
	@$(PY) -m pip --version >/dev/null 2>&1 && exit 0; \
	if [ -z "$(PYTHON)" ]; then \
		echo "IMT Plan needs Python 3.11 or later; found: $$(python3 --version 2>&1 || true)." \
			"Install it, or name it: make run PYTHON=/path/to/python3.12"; exit 1; fi; \
	echo "Making the virtual environment $(VENV) with $$($(PYTHON) --version)…"; \
	$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
		echo "Python cannot make a virtual environment here: install its venv module" \
			"(on Debian or Ubuntu: apt install python3-venv)."; exit 1; }
