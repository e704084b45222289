import { join } from "node:path";
import { type Certificate, frontProxyName } from "./certificate.ts";
import type { Identities } from "./identities.ts";

/** Where the parts of one cluster are. */
export interface Layout {
  readonly folder: string;
  readonly port: number;
  readonly identities: Identities;
  /** Certificate by which the API server is known to the servers of other APIs, where there are such. */
  readonly frontProxy?: Certificate;
}

/** A socket in the cluster's folder: nobody else can take it, and it needs no port. */
export const etcdSocketPath = ({ folder }: Layout): string => join(folder, "etcd.sock");
const etcdUrl = (layout: Layout): string => `unix://${etcdSocketPath(layout)}`;
/** The API server signs its own certificate for 127.0.0.1 and keeps it in its folder. */
export const authorityOf = ({ folder }: Layout): string => join(folder, "certs/apiserver.crt");

const flags = (values: Record<string, string | number | boolean>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

export const etcdFlags = (layout: Layout): string[] =>
  flags({
    "data-dir": join(layout.folder, "etcd"),
    "listen-client-urls": etcdUrl(layout),
    // Must be an address; clients are told the socket.
    "advertise-client-urls": "http://127.0.0.1:2379",
    "listen-peer-urls": "http://127.0.0.1:0",
    "watch-progress-notify-interval": "5s",
    // A test's data need not outlive the machine; SIGKILL loses nothing that was written.
    "unsafe-no-fsync": true,
    "log-level": "warn",
  });

export const apiserverFlags = (layout: Layout): string[] =>
  flags({
    "etcd-servers": etcdUrl(layout),
    "bind-address": "127.0.0.1",
    "secure-port": layout.port,
    "cert-dir": join(layout.folder, "certs"),
    // An address of a documentation network: nothing is ever sent to it, and loopback is refused here.
    "advertise-address": "192.0.2.10",
    "endpoint-reconciler-type": "none",
    "token-auth-file": layout.identities.tokenFile,
    "authorization-mode": "Node,RBAC",
    "service-cluster-ip-range": "10.96.0.0/16",
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": layout.identities.signingPublicKey,
    "service-account-signing-key-file": layout.identities.signingKey,
    "allow-privileged": true,
    profiling: false,
    ...(layout.frontProxy && aggregation(layout.frontProxy)),
  });

/** So that it passes requests on to servers of other APIs, and these believe who asks. */
const aggregation = ({ authority, certificate, key }: Certificate) => ({
  "requestheader-client-ca-file": authority,
  "requestheader-allowed-names": frontProxyName,
  "requestheader-username-headers": "X-Remote-User",
  "requestheader-group-headers": "X-Remote-Group",
  "requestheader-extra-headers-prefix": "X-Remote-Extra-",
  "proxy-client-cert-file": certificate,
  "proxy-client-key-file": key,
});

export const controllerManagerFlags = (layout: Layout, kubeconfig: string): string[] =>
  flags({
    kubeconfig,
    "use-service-account-credentials": true,
    "service-account-private-key-file": layout.identities.signingKey,
    "root-ca-file": authorityOf(layout),
    "leader-elect": false,
    "secure-port": 0,
    // Its usual limits make everything wait for seconds.
    "kube-api-qps": 200,
    "kube-api-burst": 400,
    "horizontal-pod-autoscaler-sync-period": "2s",
    "horizontal-pod-autoscaler-downscale-stabilization": "5s",
  });
