import {
  type Lease,
  type LeaseReport,
  leaseBucket,
  leaseReportSchema,
  leaseSchema,
  type Term,
  termSchema,
} from "@sluice/contracts";
import { Bucket, type Link, type Shelf } from "@sluice/messaging";

/** Room for the leases and reports of some 100,000 devices. */
const maxBytes = 256 << 20;

/** The bucket of leases as an operator sees it. */
export interface LeaseBucket {
  readonly mandates: Shelf<Term>;
  readonly terms: Shelf<Term>;
  readonly leases: Shelf<Lease>;
  readonly reports: Shelf<LeaseReport>;
  close(): void;
}

/** `replicas`: copies in a cluster of brokers. */
export function openLeaseBucket(link: Link, replicas = 1): LeaseBucket {
  const description = "Sluice: budget leases, the devices' reports, and who hands out leases";
  const bucket = new Bucket(link, { name: leaseBucket.name, description, maxBytes, replicas });
  return {
    mandates: bucket.shelf(termSchema, "mandate"),
    terms: bucket.shelf(termSchema, "term"),
    leases: bucket.shelf(leaseSchema, "lease"),
    reports: bucket.shelf(leaseReportSchema, "lease report"),
    close: () => bucket.close(),
  };
}
