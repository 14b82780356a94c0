# The front doors. Plain `make` prints them.

PYTHON ?= python3
BIN := .venv/bin
BOOTSTRAP = @command -v $(PYTHON) > /dev/null \
	|| { echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3"; exit 1; }; \
	$(PYTHON) scripts/bootstrap.py
BENCHES = $(patsubst bench/%.py,%,$(shell grep -l '^def main' bench/*.py))
EMBEDDED = @$(BIN)/python -m core.embedded

.DEFAULT_GOAL := help
.PHONY: help run shell psql backup restore test test-all test-servers check fix bench gallery pictures \
	docs lock

help: ## Print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## Run the platform with demo data until Ctrl-C (PORT=8000 DATA_DIR=var)
	$(BOOTSTRAP) --pages
	@# A killed make takes the platform along.
	@exec $(BIN)/python -I -S core/embedded/launcher.py 15 $$PPID - $(BIN)/python -m core.embedded run

shell: ## Open Django's shell on the platform's data, whether it runs or not
	$(BOOTSTRAP)
	$(EMBEDDED) exec -- $(BIN)/python manage.py shell

psql: ## Open the database's shell, whether the platform runs or not
	$(BOOTSTRAP)
	$(EMBEDDED) psql -- $(ARGS)

backup: ## Write database, files and keys into one archive (FILE=backups/...)
	$(BOOTSTRAP)
	$(EMBEDDED) backup $(FILE)

restore: ## Put an archive in the place of the data dir, which is kept aside (FILE=...)
	@test -n "$(FILE)" || { echo "Name the archive: make restore FILE=backups/..."; exit 1; }
	$(BOOTSTRAP)
	$(EMBEDDED) restore $(FILE)

test: ## Run the tests, with what this machine has (ARGS=... goes to pytest)
	$(BOOTSTRAP) --dev
	@$(BIN)/python scripts/tests.py $(ARGS)

test-all: ## Run all tests: install what is missing (Debian, root), repeat on Debian's servers
	$(BOOTSTRAP) --dev
	@scripts/engines up
	@eval "$$(scripts/engines env CHROMIUM DOCKER_HOST NGINX)" && $(BIN)/python scripts/tests.py --all $(ARGS)
	@$(MAKE) --no-print-directory test-servers

test-servers:
	@eval "$$(scripts/engines env DATABASE_URL REDIS_URL)" && $(BIN)/python scripts/tests.py --servers $(ARGS)

check: ## Check format, lint, types, imports, migrations, templates, schema
	$(BOOTSTRAP) --dev
	$(EMBEDDED) exec --throwaway -- $(BIN)/python scripts/check.py

fix: ## Mend what the formatter and the linter can
	$(BOOTSTRAP) --dev
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: ## Measure what bench/ holds (ONLY=name)
	$(BOOTSTRAP) --dev
	@for name in $(or $(ONLY),$(BENCHES)); do \
		echo "--- $$name"; $(BIN)/python -m bench.$$name $(ARGS) || exit 1; done

gallery: ## Draw every page, in both themes and three widths, into var/gallery (ONLY="menu card")
	$(BOOTSTRAP) --dev
	$(EMBEDDED) exec --throwaway -- $(BIN)/python -m scripts.gallery $(ONLY)

pictures: ## Draw the pictures that are kept: of README, and the icon of home screens
	$(BOOTSTRAP) --dev
	$(EMBEDDED) exec --throwaway -- $(BIN)/python -m scripts.pictures

docs: ## Write the generated tables in docs/ anew
	$(BOOTSTRAP) --dev
	$(EMBEDDED) exec --throwaway -- $(BIN)/python manage.py generate_docs

lock: ## Pin the newest packages that requirements*.txt allow
	$(BOOTSTRAP) --dev
	@$(BIN)/python scripts/lock.py
