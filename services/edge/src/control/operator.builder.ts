import {
  type Lease,
  type LeaseReport,
  leaseBucket,
  leaseSchema,
  policyBucket,
  subjects,
  termSchema,
  versionOfWire,
} from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { Bucket, connectLink, decodeLeaseReport } from "@sluice/messaging";
import { type NatsServer, until } from "@sluice/testkit";

/** What a document says beyond what all of them say. */
interface Over {
  readonly edgeModel?: object | null;
  readonly model?: string;
  readonly focus?: object;
  readonly zones?: object;
  readonly masks?: object;
}

/** An operator by hand: writes what a test wants a device to be told, into the real buckets. */
export interface HandOperator extends AsyncDisposable {
  readonly documents: Bucket;
  tell(policy: string, revision: string, over?: Over): Promise<void>;
  open(policy: string, term: number): Promise<void>;
  /** A lease in answer to the device's last report; resolves when the device has acknowledged it. */
  grant(policy: string, grant: Partial<Lease>): Promise<LeaseReport>;
  report(policy: string): LeaseReport | undefined;
}

export async function handOperator(nats: NatsServer, device: string): Promise<HandOperator> {
  const link = await connectLink({ servers: [nats.url], name: "operator", clock: systemClock });
  await until(() => link.connected);
  const spec = { description: "for a test", maxBytes: 1 << 20 };
  const documents = new Bucket(link, { ...spec, name: policyBucket.name });
  const bucket = new Bucket(link, { ...spec, name: leaseBucket.name });
  const [terms, leases] = [bucket.shelf(termSchema, "term"), bucket.shelf(leaseSchema, "lease")];
  const reports = new Map<string, LeaseReport>();
  link.subscribe(subjects.leaseReportAll(), {}, ({ payload }) => {
    const report = decodeLeaseReport(payload);
    if (report.ok) reports.set(report.value.policy, report.value);
  });
  const report = (policy: string) => reports.get(policy);
  return {
    documents,
    report,
    async tell(policy, revision, over = {}) {
      const document = { version: versionOfWire, device, policy, revision, ...choices, ...over };
      await documents.with(({ kv }) => kv.put(policyBucket.document(device), JSON.stringify(document)));
    },
    async open(policy, term) {
      const opened = { version: versionOfWire, policy, term, operator: "by hand", open: true, released: false };
      await terms.put(leaseBucket.term(policy), opened);
    },
    async grant(policy, grant) {
      const asked = await until(() => {
        const found = report(policy);
        return found && found.term === (grant.term ?? 1) && found;
      });
      const lease = { ...plain(policy, device, asked), ...grant };
      await leases.put(leaseBucket.lease(policy, device), lease);
      return until(() => {
        const found = report(policy);
        return found?.held.term === lease.term && found.held.epoch === lease.epoch && found;
      });
    },
    [Symbol.asyncDispose]: () => link.close(),
  };
}

/** How frames are chosen, as a policy writes it. */
const choices = {
  model: "big",
  edgeModel: null,
  decision: { policy: "periodic", every: 2 },
  focus: {},
  payload: { rungs: [{ name: "full", width: 64, quality: 75 }] },
  delivery: {},
  audit: {},
};

const plain = (policy: string, device: string, { run, sentMs, meter }: LeaseReport): Lease => ({
  version: versionOfWire,
  policy,
  device,
  term: 1,
  epoch: 1,
  answers: { run, sentMs },
  ttlMs: 60_000,
  bytesPerSecond: 20_000,
  floorBytesPerSecond: 1_000,
  burstBytes: 8_192,
  owedFloorBytesPerSecond: 1_000,
  usage: { periodStartMs: 0, bytes: meter.bytes, countedAtMs: 1, meters: [{ id: meter.id, bytes: meter.bytes }] },
});
