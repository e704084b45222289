import { expect, test } from "vitest";
import { requestsOf } from "./requests.ts";

test.each([
  [{ "sluice.dev/promote": "p-2" }, { promote: { revision: "p-2", wave: "all" } }],
  [{ "sluice.dev/promote": "p-2/1" }, { promote: { revision: "p-2", wave: 0 } }],
  [{ "sluice.dev/promote": "p-2/x" }, { promote: null }],
  [{ "sluice.dev/promote": "" }, { promote: null }],
  [
    { "sluice.dev/abort": "p-2", "sluice.dev/restart": "9" },
    { promote: null, abort: "p-2", restart: "9" },
  ],
])("annotations %j ask for %j", (annotations, expected) => {
  expect(requestsOf(annotations)).toMatchObject(expected);
});
