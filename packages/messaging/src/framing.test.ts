import { headers as newHeaders } from "@nats-io/transport-node";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveredBytes, headerBytes, publishedBytes } from "./framing.ts";

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,15}$/);
const value = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !/[\r\n]/.test(text));

describe("framing", () => {
  it("measures any header block as the client library encodes it", () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true }), (headers) => {
        const block = newHeaders();
        for (const [key, text] of Object.entries(headers)) block.set(key, text);
        const { length } = (block as unknown as { encode(): Uint8Array }).encode();
        expect(headerBytes(headers)).toBe(length);
      }),
    );
  });

  it("adds up the line, the headers and the payload", () => {
    expect(publishedBytes("a.b", undefined, {}, 5)).toBe("PUB a.b 5\r\nhello\r\n".length);
    const text = "HPUB a.b re 19 24\r\nNATS/1.0\r\nA: bc\r\n\r\nhello\r\n";
    expect(publishedBytes("a.b", "re", { A: "bc" }, 5)).toBe(text.length);
    expect(deliveredBytes("a.b", "re", 7, headerBytes({ A: "bc" }), 5)).toBe(text.length + 2);
  });
});
