#!/usr/bin/env node
// kubectl runs this as `kubectl sluice …`, with the arguments that follow.
await import("./sluice.js");
