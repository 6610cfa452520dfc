# `make run` serves the console, `make test` checks everything; both work on a fresh machine.
PREPARE := @tools/python -m tools.prepare
BIN := .venv/bin

.PHONY: run dev test check pages faults bench assets wheel lock clean
.NOTPARALLEL:

run:
	$(PREPARE) run
	@exec $(BIN)/console run

dev:
	$(PREPARE) run
	@exec $(BIN)/console dev

# Everything that must hold, on SQLite and on a real PostgreSQL.
test:
	$(PREPARE) test
	@$(BIN)/python -m tools.browser
	@$(BIN)/python -m tools.checks all

# The fast loop: no browser, SQLite only.
check:
	$(PREPARE) test
	@$(BIN)/python -m tools.checks fast

# Every page in a browser; `make test` looks at four of those that one template draws.
pages:
	$(PREPARE) test
	@$(BIN)/python -m tools.browser
	@$(BIN)/python -m pytest --every-page --numprocesses=logical --dist=loadgroup tests/browser/test_every_page.py

# Kills and races on a running system; prints figures.
faults:
	$(PREPARE) test
	@$(BIN)/python -m pytest -o python_files='fault_*.py' -s tests/faults

# Beside stock Flask-Admin, Django admin and Flask-AppBuilder; `ARGS="--members 10000"` is quick.
bench:
	$(PREPARE) test
	@$(BIN)/python -m benchmarks $(ARGS)

assets:
	$(PREPARE) run
	@$(BIN)/python -m console.assets

# What a server installs: the wheel with its built assets and translations, in dist/.
wheel:
	$(PREPARE) run
	@rm -rf build/lib build/bdist.*
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist

# Writes the lock files again; `make lock ARGS=--upgrade` takes newer versions.
lock:
	$(PREPARE) lock
	@$(BIN)/python -m tools.lock $(ARGS)

# Removes what was installed and built; the data in instance/ stays.
clean:
	rm -rf .venv build dist node_modules console/static/dist *.egg-info .*_cache .hypothesis
	find translations plugins console -name '*.mo' -delete
