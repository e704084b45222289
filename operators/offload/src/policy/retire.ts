import { SluiceError } from "@sluice/contracts";
import type { PolicyDeps } from "./reconcile.ts";

/**
 * A policy is gone, or about to go: takes its documents from the devices and its bytes back. Throws `leases-out` until no
 * device can believe any more that it holds some.
 */
export async function retire(policy: string, deps: Omit<PolicyDeps, "ask">): Promise<void> {
  const { budgets, documents, decided, chronicle } = deps;
  decided.forget(policy);
  chronicle.forget(policy);
  for (const device of documents.devices()) {
    if (documents.told(device)?.policy === policy) await documents.remove(device);
  }
  if (budgets.withdraw(policy)) return;
  throw new SluiceError("leases-out", `policy ${policy}: devices may still hold leases of it`);
}
