# One front door. ARGS goes to the command behind a recipe: make test ARGS="tests/store -x".
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.PHONY: demo test check bench docs images up down

EVERYTHING := deploy/packages venv proxy engine images browser
# An engine that this starts ends with the command behind it.
WITH_NODE := deploy/engine with deploy/prepare venv proxy images --

demo: ## the whole story on this machine
	@$(EVERYTHING) && $(WITH_NODE) .venv/bin/gdi-spe demo $(ARGS)

test: ## every test, with real containers and a real browser
	@$(EVERYTHING) oracles && $(WITH_NODE) .venv/bin/python -m pytest $(ARGS)

check: ## lint, format, types, arrows between rooms
	@deploy/packages venv && deploy/prepare venv -- deploy/check

bench: ## the store and the library beside their peers; ARGS="--quick" for small files
	@deploy/packages venv oracles engine images && \
	  deploy/engine with deploy/prepare venv images -- deploy/bench $(ARGS)

docs: ## the documentation, in docs/_build/html
	@deploy/packages venv && deploy/prepare venv -- \
	  .venv/bin/python -m sphinx --fail-on-warning --quiet -b html docs docs/_build/html $(ARGS)

images: ## the workspace's image; BASE_IMAGE=... for another Debian 12, FRESH=1 to build it anew
	@deploy/packages venv engine images && deploy/engine with deploy/prepare images

up: ## the demo's node in the background
	@$(EVERYTHING) && deploy/engine up && \
	  deploy/prepare venv proxy images -- .venv/bin/gdi-spe demo up $(ARGS)

down: ## stop the demo's node, and the engine if `make up` started it
	@if [[ -x .venv/bin/gdi-spe ]]; then .venv/bin/gdi-spe demo down $(ARGS); fi
	@deploy/engine down
