import { describe, expect, test } from "vitest";
import { validate } from "./document.ts";
import { heardPolicyDocumentSchema, policyDocumentSchema } from "./policy-document.ts";

const today = {
  version: 1,
  device: "gate-1",
  policy: "north",
  revision: "north-1",
  model: "street-cloud",
  edgeModel: null,
  payload: { rungs: [{ name: "full", width: 640, quality: 75 }] },
};
const read = (document: unknown) => validate(document, heardPolicyDocumentSchema, "policy document", "bad-request");

describe("a policy document that a newer operator wrote", () => {
  const tomorrow = {
    ...today,
    mood: "calm",
    audit: { share: "0.03", when: "night" },
    payload: { rungs: [{ ...today.payload.rungs[0], chroma: "4:4:4" }], learned: { bits: 4 } },
  };

  test("is read as what of it is known, while a file with the same words is not", () => {
    expect(read(tomorrow)).toEqual(read(today));
    expect(policyDocumentSchema.safeParse(tomorrow).success).toBe(false);
  });

  test("is refused where a known field has a value that is not, and says where", () => {
    const strange = { ...tomorrow, decision: { policy: "psychic" } };
    expect(() => read(strange)).toThrow(/decision\.policy/);
    expect(() => read({ ...tomorrow, payload: { rungs: [{ name: "full", width: 1, chroma: 4 }] } })).toThrow(/rungs/);
    expect(() => read(7)).toThrow(/policy document/);
  });
});
