import { type Prng, seededPrng, systemClock } from "@sluice/foundation";
import { connectLink } from "@sluice/messaging";
import { SimulatedDevice } from "../simulated-device.ts";
import { serveReadings, told } from "./meter.ts";

/** Simulates a fleet, many devices a connection; tells of every policy document when it came. */
interface Fleet {
  readonly server: string;
  readonly devices: number;
  readonly connections: number;
}

/** Devices take turns: each gives a sign of life every two seconds and looks at its lease every second, as the daemon does. */
const slotMs = 50;
const [beatSlots, tickSlots] = [40, 20];

const { server, devices: size, connections } = told() as Fleet;
const prng: Prng = seededPrng(1);
let [count, arrivedMs]: [number, number[]] = [0, []];
const arrived = () => {
  count++;
  arrivedMs.push(Date.now());
};
const link = (i: number) => connectLink({ servers: [server], name: `fleet-${i}`, clock: systemClock });
const links = await Promise.all(Array.from({ length: connections }, (_, i) => link(i)));
const devices = Array.from(
  { length: size },
  (_, i) => new SimulatedDevice(`camera-${i}`, links[i % connections]!, prng, arrived),
);

let slot = 0;
const startMs = performance.now();
setInterval(() => {
  // A slot that came late is made up for, so that the pace stays.
  for (; slot * slotMs < performance.now() - startMs; slot++) {
    for (let i = slot % beatSlots; i < devices.length; i += beatSlots) devices[i]!.beat();
    for (let i = slot % tickSlots; i < devices.length; i += tickSlots) devices[i]!.tick();
  }
}, slotMs);

process.once("SIGTERM", () => process.exit(0));
serveReadings(() => {
  const taken = arrivedMs;
  arrivedMs = [];
  return { count, arrivedMs: taken };
});
