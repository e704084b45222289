#!/usr/bin/env node
// kubectl asks this what could follow `kubectl sluice …`.
process.argv.splice(2, 0, "__complete");
await import("./sluice.js");
