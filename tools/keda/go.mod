// Names the version of KEDA. Its programs are built in its own folder, with its own go.mod, since that replaces modules.
module github.com/sluice-dev/sluice/tools/keda

go 1.26.0

require github.com/kedacore/keda/v2 v2.21.0
