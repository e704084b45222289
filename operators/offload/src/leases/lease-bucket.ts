import { type Lease, leaseBucket, leaseSchema, type Term, termSchema } from "@sluice/contracts";
import { Bucket, type Link, type Shelf } from "@sluice/messaging";

/** Room for the leases of some 100,000 devices. */
const maxBytes = 128 << 20;

/** The bucket of leases as an operator sees it. */
export interface LeaseBucket {
  readonly mandates: Shelf<Term>;
  readonly terms: Shelf<Term>;
  readonly leases: Shelf<Lease>;
  /** Reports are told over it, and stored nowhere. */
  readonly link: Link;
  close(): void;
}

/** `replicas`: copies in a cluster of brokers. */
export function openLeaseBucket(link: Link, replicas = 1): LeaseBucket {
  const description = "Sluice: budget leases, and who hands them out";
  const bucket = new Bucket(link, { name: leaseBucket.name, description, maxBytes, replicas });
  return {
    mandates: bucket.shelf(termSchema, "mandate"),
    terms: bucket.shelf(termSchema, "term"),
    leases: bucket.shelf(leaseSchema, "lease"),
    link,
    close: () => bucket.close(),
  };
}
