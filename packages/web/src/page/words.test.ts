import { expect, test } from "vitest";
import { httpUrl } from "./feed.ts";
import { cameraOfHash, hashOf } from "./place.ts";
import { ago, decisionWords, figure, rate, rateOf, share, unknown } from "./words.ts";

test("decisions are told with their numbers", () => {
  const sent = { action: "send", reason: "value", bytes: 18_200, value: 0.31, price: 2.2e-6 } as const;
  expect(decisionWords(sent)).toBe("sent: worth 0.31, price 0.04, 18.2 kB (worth its price)");
  const skipped = { action: "skip", reason: "price", bytes: 0, value: 0.005, price: 2e-6 } as const;
  expect(decisionWords(skipped)).toBe("not sent: not worth its price (worth 0.005, price 0.002 a kB)");
});

test("what is unknown is never a zero", () => {
  expect([share(null), rate(null)]).toEqual([unknown, unknown]);
  expect([share(0), rate(0)]).toEqual(["0.00", "0 B/s"]);
});

test("figures keep two that count; rates name their unit once", () => {
  expect([0, 7894.13, 0.314, 0.0021, 3.4e-8].map(figure)).toEqual(["0", "7894", "0.31", "0.0021", "3.4e-8"]);
  expect([rateOf(18_540, 25_000), rateOf(800, 25_000), rateOf(null, 25_000)]).toEqual([
    "18.5 of 25.0 kB/s",
    "800 B/s of 25.0 kB/s",
    "– of 25.0 kB/s",
  ]);
  expect([200, 12_000, 300_000].map(ago)).toEqual(["just now", "12 s ago", "5 min ago"]);
});

test("addresses lead to the camera that they name, damaged ones to the fleet", () => {
  const name = "a/b <i>";
  expect(cameraOfHash(hashOf(name, "ü"))).toBe(`${name}\nü`);
  for (const hash of ["", "#/", "#/camera/x", "#/camera/%E0%A4%A/x"]) expect(cameraOfHash(hash)).toBeNull();
});

test("only web addresses are followed", () => {
  expect(httpUrl("http://10.0.0.7:8080")?.href).toBe("http://10.0.0.7:8080/");
  for (const url of ["javascript:alert(1)", "data:text/html,x", "not a url", null]) expect(httpUrl(url)).toBeNull();
});
