# Every target is a line or two you could type yourself.
.DEFAULT_GOAL := help
.PHONY: help setup lock
PY := .venv/bin/python
UV := $(shell command -v uv || echo .uv/bin/uv)
UV_FILE := $(filter .uv/bin/uv,$(UV)) # empty where uv is installed
help: ## list targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10
.uv/bin/uv: # only where uv is not installed
	python3 -m venv .uv && .uv/bin/pip install -q uv
lock: $(UV_FILE) ## refresh requirements.lock: names, versions, hashes, no addresses
	$(UV) pip compile -q pyproject.toml --all-extras --group dev --universal --generate-hashes --no-header -o requirements.lock
.venv: requirements.lock pyproject.toml $(UV_FILE)
	$(UV) venv -q --allow-existing .venv && $(UV) pip sync -q --python $(PY) requirements.lock && $(UV) pip install -q --python $(PY) --no-deps -e . && touch .venv
setup: .venv ## install the locked dependencies into .venv
