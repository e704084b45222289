import { startKube } from "./kube.ts";

/** `make cluster-api`: a Kubernetes API server for whoever wants to try Sluice's kinds with kubectl. Ends with Ctrl-C. */
const ended = new Promise<string>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
});
const kube = await startKube({ controllerManager: true });
process.stdout.write(`A Kubernetes API server with Sluice's kinds is running. In another terminal, in this folder:

  export KUBECONFIG=${kube.kubeconfig} PATH="$PWD/.sluice/bin:$PATH"
  kubectl apply -f deploy/samples/fleet/
  kubectl get sluice

It runs no pods, and Ctrl-C here forgets everything.
`);
await ended;
await kube.stop();
