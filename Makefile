# Everything goes through here: `make run` runs the system, `make test` proves it. `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# The stages of `make test`, in their order.
STAGES := lint test-rust test-simulation test-infra test-e2e judge judge-docs
# What the contracts are held against.
AGAINST = $(shell git describe --tags --abbrev=0 2> /dev/null || git merge-base HEAD origin/main 2> /dev/null || git rev-parse HEAD)
# Always of the whole workspace, whatever is built of it: for another choice of packages, dependencies have other features, and half of
# them would be compiled again.
TESTS := --workspace --locked --lib --bin tidings --test '*'
TIDINGS := cargo build -q --workspace --locked --bin tidings && $${CARGO_TARGET_DIR:-target}/debug/tidings

# Built by cargo-lambda, one binary a function; the emulator and `cdk deploy` read them there.
FUNCTIONS := $(foreach service,$(notdir $(wildcard functions/*)),-p $(service))
TOOLS := .tools/venv
# A server that speaks Stripe's API and keeps state, for the tests of the adapter.
LOCALSTRIPE := .tools/localstripe
# What judges the HTTP surface and the events: Schemathesis and validators.
JUDGE := .tools/judge
# cfn-lint and checkov, which want other versions of what the other judges need.
TEMPLATES := .tools/templates
CARGO_LAMBDA := $(TOOLS)/bin/cargo-lambda lambda
EMULATOR := infra/emulator/emulator
# The exports of the catalogue, and what judges them.
DOCS := target/docs
CDK_DEPLOY = npm --prefix infra run deploy -- --parameters Architecture=arm64 --parameters MailFrom=$(MAIL_FROM) $(if $(ALARM_MAIL),--parameters AlarmMail=$(ALARM_MAIL)) $(if $(STAGE),-c stage=$(STAGE)) $(ARGS)
# Tools that are not on the machine are installed here.
export PATH := $(CURDIR)/.tools/cargo/bin:$(PATH)
export TIDINGS_CATALOGUE := $(CURDIR)/target/catalogue.json
export TIDINGS_FUNCTIONS := $(CURDIR)/target/lambda
export TIDINGS_APP := $(CURDIR)/target/cdk.out

.PHONY: help tidings run demo story test test-rust test-infra test-simulation test-large test-e2e test-localstack soak simulate fuzz judge judge-docs judge-templates docs screenshots flood lint contracts format catalogue functions app nextest tools localstripe judges \
	synth stack stack-down \
	deploy watch invoke clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

tidings: ## the command line, as target/debug/tidings
	@$(TIDINGS) --version

run: ## the whole system in one process, on loopback, with a page to watch it (PORT=8080, DATA=file to keep the data)
	$(TIDINGS) local $(if $(DATA),--data "$(DATA)")

demo: ## a sample order and a duplicate of its event, and what became of them
	$(TIDINGS) demo

story: ## the checkout measured: 14 operations in a row against event-driven (ARGS='--checkouts 5', '--json')
	$(TIDINGS) story $(ARGS)

test: ## everything: format, lints, unit, contract, simulation, infrastructure, end to end, judge; says how long each took
	@tools/stages $(STAGES)

lint: nextest ## format and clippy, warnings denied; what a change of the contracts breaks, and what is wrong with the system
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@$(MAKE) --no-print-directory contracts

contracts: ## the schemas against the last release, or against where this branch left the main one (AGAINST=commit, folder or catalogue); the catalogue's rules
	$(TIDINGS) schema check --against $(AGAINST)
	$(TIDINGS) catalog check

format: ## formats the Rust code
	cargo fmt --all

test-rust: nextest tools localstripe ## unit, property, contract and crash tests
	cargo build --workspace --locked --examples --test it
	cargo nextest run $(TESTS) -E 'not package(tidings-simulator) and (not package(tidings-tests) or test(/^(contract|crashes)::/))'
	cargo test --workspace --locked --doc

test-simulation: nextest ## 200,000 simulated deliveries, and every mutant killed by the rule that it breaks
	cargo nextest run $(TESTS) --no-capture -E 'package(tidings-simulator)'

test-large: ## a replay of 100,000 events, a history of 100,000, a thousand transfers at once (EVENTS=100000); not part of `make test`
	TIDINGS_REPLAY_EVENTS=$(or $(EVENTS),100000) cargo nextest run --release -p orders --locked --test it --no-capture -E 'test(/^replay::/)'
	TIDINGS_TRANSFERS=1000 TIDINGS_EVENTS=$(or $(EVENTS),100000) \
		cargo nextest run --release -p accounts --locked --no-capture -E 'test(/^(transfers|long_history)::/)'

simulate: ## the runtime through every kind of fault (ARGS='--seed 7', '--deliveries 10000000', '--mutants', '--help')
	cargo run --release -q -p tidings-simulator --locked -- $(ARGS)

fuzz: ## malformed envelopes and SQS records (CASES=1000000)
	PROPTEST_CASES=$(or $(CASES),1000000) cargo nextest run -p tidings-aws --locked --test it --no-capture -E 'test(/^malformed::/)'

judge: judges judge-templates ## the local run against its description and the standards: Schemathesis, OpenAPI, CloudEvents, RFC 9457 (SEED=13); the templates against cfn-lint and checkov
	cargo build -q --workspace --locked --bin tidings
	$(JUDGE)/bin/python tools/judge/judge.py $${CARGO_TARGET_DIR:-target}/debug/tidings $(if $(SEED),--seed $(SEED))

docs: ## the catalogue as others read it, into target/docs: a page, AsyncAPI, xRegistry, EventCatalog, schemas
	rm -rf $(DOCS)
	$(TIDINGS) catalog export --all --out $(DOCS)

judge-docs: docs tools/judge-docs/node_modules tools/judge-page/node_modules ## the exports against their specifications, the pages by axe and by stories in a real browser
	node tools/judge-docs/judge.mjs $(DOCS)
	node tools/judge-page/judge.mjs $(DOCS)/catalogue.html
	node tools/judge-console/judge.mjs $${CARGO_TARGET_DIR:-target}/debug/tidings

screenshots: docs tools/judge-page/node_modules ## the pictures of the pages in docs/images
	node tools/judge-page/judge.mjs $(DOCS)/catalogue.html --screenshots docs/images --name catalogue
	node tools/judge-console/judge.mjs $${CARGO_TARGET_DIR:-target}/debug/tidings --screenshots target/pictures
	cp $(addprefix target/pictures/page-,live-wide.png trace-wide.png letter-dark.png live-phone.png) docs/images

flood: tools/judge-page/node_modules ## the page under 10,000 events a minute, in a real browser: how long it freezes, what memory it takes (EVENTS=10000); not part of `make test`
	cargo build -q --workspace --locked --example flood
	node tools/judge-console/flood.mjs $${CARGO_TARGET_DIR:-target}/debug/examples/flood $(or $(EVENTS),10000)

judge-templates: catalogue infra/node_modules $(TEMPLATES)/.installed ## the templates against cfn-lint and checkov; each exception has its reason in tools/judge/exceptions.toml
	rm -rf target/templates
	npm --prefix infra run --silent templates -- $(TIDINGS_CATALOGUE) $(CURDIR)/target/templates/url
	npm --prefix infra run --silent templates -- $(TIDINGS_CATALOGUE) $(CURDIR)/target/templates/http-api front=http-api issuer=https://id.shop.example audience=shop deploy=gradual mappingMetrics=true
	$(TEMPLATES)/bin/python tools/judge/templates.py target/templates/url target/templates/http-api

test-infra: catalogue infra/node_modules ## the synthesised templates against the platform's rules, and cdk-nag
	npm --prefix infra run check
	npm --prefix infra test

test-e2e: nextest app ## the deployed template and the real binaries, on the emulator
	cargo nextest run $(TESTS) -E 'package(tidings-tests) and not test(/^(contract|crashes|localstack)::/)'

test-localstack: catalogue ## what every transport must do, on LocalStack with the worker; not part of `make test` (needs Python 3.13)
	cargo nextest run -p tidings-tests --locked --test it --no-capture -E 'test(/^localstack::/)'

soak: app ## faults of every kind, end to end, for long (EVENTS=10000, SEED=7)
	TIDINGS_SOAK_EVENTS=$(or $(EVENTS),10000) TIDINGS_FAULTS_SEED=$(SEED) \
		cargo nextest run -p tidings-tests --locked --no-capture -E 'test(/^end_to_end::faults::/)'

catalogue: ## the catalogue, from the code, for the infrastructure
	@mkdir -p target
	$(TIDINGS) catalog --json > $(TIDINGS_CATALOGUE).new
	mv $(TIDINGS_CATALOGUE).new $(TIDINGS_CATALOGUE)

functions: tools ## every function, for this machine's processor
	$(CARGO_LAMBDA) build --release --locked $(FUNCTIONS)

app: functions catalogue infra/node_modules ## what the tests deploy on emulators
	rm -rf $(TIDINGS_APP)
	$(EMULATOR) synth $(TIDINGS_APP)

synth: catalogue functions infra/node_modules ## the CloudFormation templates, without an AWS account
	npm --prefix infra run synth

stack: catalogue functions infra/node_modules ## the deployed system on an emulator, on loopback
	$(EMULATOR) up
	$(EMULATOR) deploy
	@echo "Use it from a shell: . .emulator/env"

stack-down: ## ends the emulator
	$(EMULATOR) down

deploy: catalogue infra/node_modules tools ## to your AWS account (MAIL_FROM=address, ALARM_MAIL=address, FIRST=1 the first time, STAGE=name, ARGS=further arguments of cdk deploy)
	@test -n "$(MAIL_FROM)" || { echo "MAIL_FROM=address is missing: who sends the mail, verified in SES" >&2; exit 2; }
	$(TOOLS)/bin/pip install -q -r tools/requirements-arm64.txt
	PATH=$(CURDIR)/$(TOOLS)/bin:$$PATH $(CARGO_LAMBDA) build --release --arm64 --compiler cargo-zigbuild $(FUNCTIONS)
	$(if $(FIRST),$(CDK_DEPLOY) -c first=true)
	$(CDK_DEPLOY)
	$(TIDINGS) schema publish $(if $(STAGE),--stage $(STAGE))

watch: tools ## functions under `cargo lambda watch`, on an embedded DynamoDB
	tools/watch

invoke: tools ## invokes a watched function (FUNCTION=name, EVENT=file)
	@test -n "$(FUNCTION)" -a -n "$(EVENT)" || { echo "usage: make invoke FUNCTION=name EVENT=file" >&2; exit 2; }
	$(CARGO_LAMBDA) invoke $(FUNCTION) --invoke-port $(or $(WATCH_PORT),9000) --data-file $(EVENT)

nextest: ## cargo-nextest, into .tools, unless the machine has it
	@command -v cargo-nextest > /dev/null || cargo install --locked --root .tools/cargo cargo-nextest

tools: $(TOOLS)/.installed ## cargo-lambda, into .tools

$(TOOLS)/.installed: tools/requirements.txt
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install -q --no-deps -r tools/requirements.txt
	touch $@

localstripe: $(LOCALSTRIPE)/.installed ## a counterpart of Stripe for tests, into .tools

$(LOCALSTRIPE)/.installed: tools/requirements-localstripe.txt
	python3 -m venv $(LOCALSTRIPE)
	$(LOCALSTRIPE)/bin/pip install -q --no-deps -r tools/requirements-localstripe.txt
	touch $@

judges: $(JUDGE)/.installed ## Schemathesis and the validators of `make judge`, into .tools

$(JUDGE)/.installed: tools/requirements-judge.txt
	python3 -m venv $(JUDGE)
	$(JUDGE)/bin/pip install -q --no-deps -r tools/requirements-judge.txt
	touch $@

$(TEMPLATES)/.installed: tools/requirements-templates.txt
	python3 -m venv $(TEMPLATES)
	$(TEMPLATES)/bin/pip install -q --no-deps -r tools/requirements-templates.txt
	touch $@

infra/node_modules: infra/package-lock.json
	npm --prefix infra ci --no-audit --no-fund
	touch $@

tools/%/node_modules: tools/%/package-lock.json
	npm --prefix tools/$* ci --no-audit --no-fund --ignore-scripts --loglevel=error
	touch $@

clean: ## what was built and installed here
	cargo clean
	rm -rf .tools .emulator .localstack .tidings infra/node_modules infra/cdk.out tools/judge-docs/node_modules tools/judge-page/node_modules
