# Every target is a line or two you could type yourself.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix golden lock web app bench
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE = # modules compiled once make every later start three times faster
UV := $(shell command -v uv || echo .uv/bin/uv)
UV_FILE := $(filter .uv/bin/uv,$(UV)) # empty where uv is installed
help: ## list targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10
.uv/bin/uv: # only where uv is not installed
	python3 -m venv .uv && .uv/bin/pip install -q uv
lock: $(UV_FILE) ## refresh requirements.lock: names, versions, hashes, no addresses
	$(UV) pip compile -q pyproject.toml --all-extras --group dev --universal --generate-hashes --no-header -o requirements.lock
	$(UV) pip compile -q benchmarks/requirements.in -c requirements.lock --universal --generate-hashes --no-header -o benchmarks/requirements.txt
.venv: requirements.lock pyproject.toml $(UV_FILE) # compiled at once: a start takes a third of the time
	$(UV) venv -q --allow-existing .venv && $(UV) pip sync -q --compile-bytecode --python $(PY) requirements.lock && $(UV) pip install -q --python $(PY) --no-deps -e . && $(PY) -m compileall -q geo api data && touch .venv
setup: .venv ## install the locked dependencies into .venv
demo: setup app ## the main job on the bundled sample, then the app on loopback (SERVE=0: stop after the job)
	.venv/bin/onegrid demo --out demo-out $(if $(filter 0,$(SERVE)),--no-serve)
test: setup web app ## every test; installs PostGIS, Chromium and a Chinese font on Debian as root
	tools/setup_tests.sh && $(PY) -m pytest -q -n auto --dist loadfile --durations=40
check: setup ## format, lint, types, import contracts, fast offline tests
	$(PY) -m ruff format --check . && $(PY) -m ruff check . && $(PY) -m mypy && .venv/bin/lint-imports && $(PY) -m pytest -q -n auto -m "not integration and not e2e and not slow"
web/node_modules/.package-lock.json: web/package-lock.json | .venv
	cd web && ../tools/with_node.sh npm ci --loglevel=error
web: setup web/node_modules/.package-lock.json ## lint, type-check and test web/
	cd web && ../tools/with_node.sh npm run --silent check
APP := api/onegrid_api/static/app/index.html
app: setup $(APP) ## build the web app into the package
$(APP): web/node_modules/.package-lock.json $(wildcard web/*.html web/*.ts) $(shell find web/src -type f)
	cd web && ../tools/with_node.sh npm run --silent build -- --logLevel warn && touch ../$(APP)
fix: setup ## repair format and lint
	$(PY) -m ruff check --fix . ; $(PY) -m ruff format .
golden: setup ## rewrite approved maps, then show what changed
	$(PY) -m pytest -q tests/golden --approve ; git diff --stat tests/golden
.bench-venv: requirements.lock benchmarks/requirements.txt benchmarks/package-lock.json | .venv
	$(UV) venv -q --allow-existing .bench-venv && $(UV) pip sync -q --compile-bytecode --python .bench-venv/bin/python requirements.lock benchmarks/requirements.txt && $(UV) pip install -q --python .bench-venv/bin/python --no-deps -e .
	mkdir -p .bench-venv/node && cp benchmarks/package.json benchmarks/package-lock.json .bench-venv/node && cd .bench-venv/node && ../../tools/with_node.sh npm install --omit=optional --no-save --loglevel=error && touch ..
bench: setup app .bench-venv ## measure against peers, write docs/benchmarks.md, about an hour (QUICK=1: two minutes, keeps nothing)
	.bench-venv/bin/python benchmarks/run.py $(if $(QUICK),--quick)
