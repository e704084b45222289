# The front door. Every target sets up what it needs, under this folder only; running one twice does no harm.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
# onnxruntime ships its CPU library in its package; its install script would only fetch GPU libraries.
export ONNXRUNTIME_NODE_INSTALL := skip

local := .sluice
nats_server := $(local)/bin/nats-server
# Named after their versions, which stand in tools/kube/go.mod alone: another version is another file.
pinned = $(shell sed -n 's,^\t$(1) v,v,p' tools/kube/go.mod)
kubernetes := $(local)/bin/kubernetes-$(call pinned,k8s.io/kubernetes)
kubectl := $(local)/bin/kubectl
etcd := $(local)/bin/etcd-$(call pinned,go.etcd.io/etcd/server/v3)
helm := $(local)/bin/helm
coredns := $(local)/bin/coredns-$(shell sed -n 's,^\tgithub.com/coredns/coredns \(v[^ ]*\).*,\1,p' tools/coredns/go.mod)
pause := $(local)/bin/pause
keda_version := $(shell sed -n 's,^require github.com/kedacore/keda/v2 ,,p' tools/keda/go.mod)
keda := $(local)/bin/keda-operator-$(keda_version) $(local)/bin/keda-adapter-$(keda_version)
keda_manifests := $(local)/bin/keda-manifests-$(keda_version)
prometheus_module := github.com/prometheus/prometheus
prometheus := $(local)/bin/prometheus-$(shell sed -n 's,^.*$(prometheus_module) \(v[^ ]*\).*,\1,p' tools/prometheus/go.mod)
watcher_module := github.com/prometheus-operator/prometheus-operator
watcher_version := $(shell sed -n 's,^.*$(watcher_module) \(v[^ ]*\).*,\1,p' tools/prometheus-operator/go.mod)
watcher := $(patsubst %,$(local)/bin/prometheus-%-$(watcher_version),operator config-reloader)
watcher_bundle := $(local)/bin/prometheus-bundle-$(watcher_version)

.PHONY: help setup demo test simulate kube keda prometheus cluster-api cluster cluster-down e2e lint bench dashboards train doctor clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 18

demo: setup $(nats_server) ## Watch three cameras being corrected by a cloud model (ARGS="--help" for more)
	@node services/cli/src/main.ts demo $(ARGS)

test: setup $(nats_server) $(helm) kube ## Run every test that this machine can run
	@node tests/run.ts $(ARGS)

simulate: setup ## Run the lease protocol through more years of faults (SIMULATE_STEPS=20000000 SIMULATE_SEED=100)
	@vitest run packages/allocation/src/simulation

kube: $(etcd) $(kubernetes) $(kubectl) ## Build the Kubernetes API server that tests start (once, some minutes)

keda: $(keda) $(keda_manifests) ## Build the KEDA that the tests of autoscaling start (once, 10 minutes)

prometheus: $(prometheus) $(watcher) $(watcher_bundle) ## Build Prometheus and its operator for make e2e (once, 5 minutes)

cluster-api: setup kube $(nats_server) ## Leave a Kubernetes API server with Sluice's kinds running, until Ctrl-C
	@node packages/testkit/src/kube/cluster-api.ts

node := $(coredns) $(pause) $(nats_server) $(helm)

cluster: setup kube $(node) ## Leave a Kubernetes node that runs pods, with Sluice's images, until make cluster-down (root)
	@node e2e/cluster/main.ts up

cluster-down: ## Remove every trace of it
	@node e2e/cluster/main.ts down

e2e: setup kube $(node) keda prometheus ## Install the charts on a real node, then break parts of it (root; 8 minutes, 25 the first time)
	@node tests/run.ts --config e2e/cluster/vitest.config.ts $(ARGS)

lint: setup ## Check types, lint rules and formatting
	@tsc && oxlint --type-aware && biome check .

bench: setup $(nats_server) kube ## Measure speed against peers and limits (ARGS="--only NAME")
	@node bench/src/main.ts $(ARGS)

dashboards: setup $(nats_server) kube ## Draw each dashboard from what a Prometheus sees of a small fleet (10 minutes)
	@node tests/monitoring/pictures/main.ts

train: ## Train the embedded pair of models and render the clips again
	@training/run.sh $(ARGS)

doctor: ## Say what is missing on this machine and how to get it
	@tools/doctor.sh

setup: $(local)/npm.stamp

$(local)/npm.stamp: package-lock.json package.json
	@tools/doctor.sh --quiet
	@mkdir -p $(local)
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(nats_server): tools/go.mod tools/go.sum
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	cd tools && go build -trimpath -o ../$(nats_server).$$$$ github.com/nats-io/nats-server/v2 && mv ../$(nats_server).$$$$ ../$(nats_server)

$(etcd):
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	cd tools/kube && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o ../../$@.$$$$ ./etcd && mv ../../$@.$$$$ ../../$@

# The version is linked in, since parts of Kubernetes refuse to work with others whose version they cannot read.
stamp := k8s.io/component-base/version
$(kubernetes): tools/kube/main.go tools/kube/go.mod
$(kubernetes): version = $(patsubst kubernetes-%,%,$(@F))
$(kubernetes):
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	@echo "Building Kubernetes $(version), once: 7 minutes on two idle cores"
	cd tools/kube && CGO_ENABLED=0 go build -trimpath -o ../../$@.$$$$ -ldflags "-s -w -X $(stamp).gitVersion=$(version) \
	  -X $(stamp).gitMajor=1 -X $(stamp).gitMinor=$(word 2,$(subst ., ,$(version)))" . && mv ../../$@.$$$$ ../../$@

$(kubectl): $(kubernetes)
	@ln -sf $(<F) $@

$(coredns):
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	@echo "Building CoreDNS, once: some minutes"
	cd tools/coredns && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o ../../$@.$$$$ github.com/coredns/coredns && mv ../../$@.$$$$ ../../$@

$(pause): tools/kube/pause/main.go
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	cd tools/kube && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o ../../$@.$$$$ ./pause && mv ../../$@.$$$$ ../../$@

$(helm): tools/helm/go.mod tools/helm/go.sum
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	cd tools/helm && go build -trimpath -ldflags "-s -w" -o ../../$(helm).$$$$ helm.sh/helm/v4/cmd/helm && mv ../../$(helm).$$$$ ../../$(helm)

# Its own folder in Go's cache is where it builds: its go.mod replaces modules, which only counts in a main module.
keda_source = $$(cd tools/keda && go mod download -json | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
$(keda): program = $(patsubst keda-%-$(keda_version),%,$(@F))
$(keda):
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	@echo "Building KEDA's $(program) $(keda_version), once: some minutes"
	cd "$(keda_source)" && CGO_ENABLED=0 go build -mod=readonly -trimpath -o $(CURDIR)/$@.$$$$ \
	  -ldflags "-s -w -X github.com/kedacore/keda/v2/version.Version=$(keda_version:v%=%)" ./cmd/$(program) \
	  && mv $(CURDIR)/$@.$$$$ $(CURDIR)/$@

$(keda_manifests):
	@mkdir -p $(local)/bin
	rm -rf $@.part && cp -R "$(keda_source)/config" $@.part && chmod -R u+w $@.part && mv $@.part $@

# Of all ways to find what to look at, only Kubernetes: the others are most of the work.
$(prometheus):
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	@echo "Building Prometheus, once: some minutes"
	cd tools/prometheus && CGO_ENABLED=0 go build -trimpath -tags remove_all_sd,enable_kubernetes_sd -ldflags "-s -w" \
	  -o ../../$@.$$$$ $(prometheus_module)/cmd/prometheus && mv ../../$@.$$$$ ../../$@

$(watcher): program = $(patsubst prometheus-%-$(watcher_version),%,$(@F))
$(watcher):
	@tools/doctor.sh --quiet
	@mkdir -p $(local)/bin
	@echo "Building the Prometheus operator's $(program) $(watcher_version), once: some minutes"
	cd tools/prometheus-operator && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o ../../$@.$$$$ \
	  $(watcher_module)/cmd/$(subst config,prometheus-config,$(program)) && mv ../../$@.$$$$ ../../$@

$(watcher_bundle):
	@mkdir -p $(local)/bin
	cp "$$(cd tools/prometheus-operator && go mod download -json $(watcher_module) | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')/bundle.yaml" $@.part
	chmod u+w $@.part && mv $@.part $@

clean: ## Remove everything that the targets above made
	rm -rf node_modules $(local)
