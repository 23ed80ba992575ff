# Two commands do everything a newcomer needs: `make run` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# What a fresh Debian lacks, by name. To build: the C libraries under the emulators and the services. To test: the clients.
BUILD_PACKAGES := pkg-config libuv1-dev libsqlite3-dev libssl-dev libyaml-dev zlib1g-dev libsnappy-dev liblz4-dev libzstd-dev \
                  libcurl4-openssl-dev librdkafka-dev
TEST_PACKAGES  := python3-venv kcat curl lsof openssl valgrind
IMAGE_PACKAGES := debootstrap iproute2 util-linux
# The same for macOS with Homebrew.
BREW_PACKAGES  := pkg-config libuv sqlite openssl@3 libyaml zlib snappy lz4 zstd curl librdkafka
BREW_TEST      := kcat

RELEASE  := -c release --static-swift-stdlib
# A release build with what tests see of modules and with assertions: millions of steps and inputs take minutes in it, hours in a debug build.
CHECKED  := -c release -Xswiftc -enable-testing -Xswiftc -assert-config -Xswiftc Debug --scratch-path .build/checked
PRODUCTS := nestbox order-service product-service
BIN      := .build/release
VENV     := .venv
PYTEST   := NESTBOX_BIN=$(CURDIR)/$(BIN)/nestbox PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/python -m pytest

.PHONY: help run test build lint format check unit e2e counts instructions readme-walk image-check bench sim sim-soak soak fuzz sanitize \
        differential crash-proof docs clean build-packages test-packages

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

run: build ## DynamoDB on 8000, Kafka on 9092, both services on 8080 and 8081; Ctrl-C stops it all
	@exec $(BIN)/nestbox up

build: build-packages ## the release build of nestbox and both services
	@for product in $(PRODUCTS); do swift build $(RELEASE) --product $$product || exit 1; done

test: test-packages unit e2e readme-walk counts ## unit tests, end-to-end tests with real clients, the walk along the README, instruction counts

# One test after the other: many wait on sockets or work a core to the full, and side by side they take Swift's few threads from each other.
unit: build-packages ## unit tests (TESTS=NAME narrows)
	swift build --build-tests
	swift test --skip-build --no-parallel $(if $(TESTS),--filter $(TESTS))

e2e: build test-packages $(VENV)/ready ## end-to-end tests with real clients (TESTS=NAME narrows)
	swift build $(RELEASE) --product aws-probe
	$(PYTEST) -q $(if $(TESTS),-k $(TESTS)) Tests/EndToEnd

readme-walk: build test-packages $(VENV)/ready ## every line of the seed's README, with the answer that it must give
	NESTBOX_BIN=$(CURDIR)/$(BIN)/nestbox ci/readme-walk

image-check: build test-packages $(VENV)/ready ## docker/Dockerfile's own steps in folders, and what they start in namespaces; as root
	@$(call install,$(IMAGE_PACKAGES),)
	$(VENV)/bin/python ci/image-check

counts: build-packages test-packages ## holds the instructions of single calls to those that are recorded
	python3 ci/instructions

instructions: build-packages test-packages ## records the instructions of single calls, for this compiler
	python3 ci/instructions --record

lint: ## formatting, and a docstring on every public declaration
	swift format lint --strict -r -p Sources Tests Benchmarks Package.swift

format: ## rewrites the sources in the project's format
	swift format format -i -r -p Sources Tests Benchmarks Package.swift

check: lint unit ## what every commit must pass

bench: build $(VENV)/ready ## one report: nestbox against limits measured in the same run (BENCH="get-item query" narrows)
	$(VENV)/bin/python ci/bench $(BENCH)

docs: build-packages ## renders docs/COVERAGE.md from the lists of operations and APIs
	RENDER_DOCS=1 swift test --filter CoverageTests

sim: build-packages ## the engines in virtual time, by seed: make sim SEED=1 STEPS=20000 (WORLD=tables, RUNS=10, REPLAY='...')
	swift build --product simulate
	.build/debug/simulate $(if $(WORLD),--world $(WORLD)) --seed $(or $(SEED),1) --steps $(or $(STEPS),20000) \
	    --runs $(or $(RUNS),1) $(if $(REPLAY),--replay '$(REPLAY)')

# A million steps of each world in runs of 20,000: each seed chooses another durability, other sizes, other faults.
sim-soak: build-packages ## a million steps of the simulation of each world
	swift build $(CHECKED) --product simulate
	.build/checked/release/simulate --seed $(or $(SEED),1) --steps 20000 --runs 50

# Everything that is killed, filled, fed and loaded in `make test`, in full size, and the memory after an hour of mixed load.
soak: build sim-soak test-packages $(VENV)/ready ## kills, full disks, hostile clients, load, memory, in full: make soak SEED=1 KILLS=100 ROUNDS=100
	CRASH_SEED=$(SEED) CRASH_KILLS=$(or $(KILLS),100) $(PYTEST) -q -s Tests/EndToEnd/test_crash.py
	CRASH_SEED=$(SEED) CRASH_ROUNDS=$(or $(ROUNDS),100) $(PYTEST) -q -s Tests/EndToEnd/test_crash_stack.py
	FULL_DISK_SEED=$(SEED) FULL_DISK_ROUNDS=10 $(PYTEST) -q -s Tests/EndToEnd/test_full_disk.py
	LOAD_FULL=1 $(PYTEST) -q -s Tests/EndToEnd/test_hostile_clients.py Tests/EndToEnd/test_load.py
	$(VENV)/bin/python ci/bench --mixed-seconds $(or $(MIXED_SECONDS),3600) --output .build/soak memory

fuzz: build test-packages $(VENV)/ready ## changed inputs to every decoder and both ports: make fuzz FUZZER=kafka-broker SEED=1 INPUTS=10000000
	swift build $(CHECKED) --product fuzz
	.build/checked/release/fuzz $(or $(FUZZER),all) --seed $(or $(SEED),1) --inputs $(or $(INPUTS),10000000)
	$(if $(FUZZER),,PORT_FUZZ_SEED=$(or $(SEED),1) PORT_FUZZ_INPUTS=20000 $(PYTEST) -q -s Tests/EndToEnd/test_port_fuzz.py)

# Each sanitizer in a build of its own: the unit tests, then clients and changed requests against the program. Without XCTest, in which the leak
# checker finds bytes of its own. What is taken for a fault and is none is in ci/sanitizers, each with its reason.
SANITIZED        := test_bad_input.py test_port_fuzz.py test_dynamodb_clients.py test_kafka_clients.py
SANITIZE_address := LSAN_OPTIONS=print_suppressions=0:suppressions=$(CURDIR)/ci/sanitizers/leaks.txt
SANITIZE_thread  := TSAN_OPTIONS=suppressions=$(CURDIR)/ci/sanitizers/races.txt
# Where librdkafka makes C11's threads, the unit tests give it others.
PRELOAD_thread   := $(if $(filter Linux,$(shell uname)),LD_PRELOAD=$(CURDIR)/.build/thread/c11_threads.so)
sanitize: sanitize-address sanitize-thread ## unit and end-to-end tests with AddressSanitizer, then with ThreadSanitizer

sanitize-%: build-packages test-packages $(VENV)/ready
	swift build --build-tests --disable-xctest --sanitize=$* --scratch-path .build/$*
	$(if $(PRELOAD_$*),cc -shared -fPIC ci/sanitizers/c11_threads.c -o .build/$*/c11_threads.so)
	$(SANITIZE_$*) $(PRELOAD_$*) SWIFT_BACKTRACE=enable=no \
	    swift test --skip-build --no-parallel --disable-xctest --sanitize=$* --scratch-path .build/$*
	$(SANITIZE_$*) $(subst $(CURDIR)/$(BIN)/nestbox,$(CURDIR)/.build/$*/debug/nestbox,$(PYTEST)) -q $(addprefix Tests/EndToEnd/,$(SANITIZED))

differential: build test-packages $(VENV)/ready ## the same random requests to another emulator: make differential SEED=7 STEPS=20000
	DIFFERENTIAL_SEED=$(or $(SEED),$(shell date +%s)) DIFFERENTIAL_STEPS=$(or $(STEPS),20000) $(PYTEST) -q -s Tests/EndToEnd/test_dynamodb_differential.py

crash-proof: build test-packages $(VENV)/ready ## builds nestbox with answers before commits: the crash test must fail on it
	swift build $(RELEASE) --product nestbox --scratch-path .build/answer-first -Xswiftc -DANSWER_BEFORE_COMMIT
	-NESTBOX_BIN=$(CURDIR)/.build/answer-first/release/nestbox $(VENV)/bin/python -m pytest -q Tests/EndToEnd/test_crash.py | tee .build/answer-first.log
	@grep -q '^E .*AssertionError: seed .*acknowledged' .build/answer-first.log && echo 'The crash test finds the fault.'

clean: ## what building and testing left
	rm -rf .build $(VENV)

# The emulators that ours is held to come without what they need for other services than DynamoDB.
$(VENV)/ready: Tests/EndToEnd/requirements.txt Tests/EndToEnd/requirements-peer.txt | test-packages
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps -r Tests/EndToEnd/requirements-peer.txt
	@touch $@

build-packages:
	@$(call install,$(BUILD_PACKAGES),$(BREW_PACKAGES))

test-packages:
	@$(call install,$(TEST_PACKAGES),$(BREW_TEST))

# Installs by name what is missing, and asks for nothing when nothing is.
define install
if command -v dpkg-query >/dev/null; then \
    missing=; \
    for package in $(1); do \
        dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || missing="$$missing $$package"; \
    done; \
    [ -z "$$missing" ] && exit 0; \
    echo "Installing$$missing"; \
    as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
    $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
elif command -v brew >/dev/null; then \
    for package in $(2); do brew list --versions $$package >/dev/null || brew install $$package; done; \
else \
    echo "This is neither Debian nor macOS with Homebrew: install what the Makefile names by yourself."; \
fi
endef
