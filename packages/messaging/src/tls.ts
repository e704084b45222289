import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate, rootCertificates } from "node:tls";

/**
 * How a broker's certificate is checked: it comes from an authority that all trust, or from one of `authorities` (PEM), and is
 * for the server's name. The client library tells no address, only names: a server that is known by its address must
 * be one of those in `servers`.
 */
export function trust(servers: readonly string[], authorities: string | undefined): object {
  const addresses = servers.map(hostOf).filter(isIP);
  return {
    ...(authorities && { ca: [...rootCertificates, authorities].join("\n") }),
    checkServerIdentity: (host: string, certificate: PeerCertificate) => {
      const problem = checkServerIdentity(host, certificate);
      return addresses.some((address) => !checkServerIdentity(address, certificate)) ? undefined : problem;
    },
  };
}

const hostOf = (server: string): string =>
  new URL(server.replace(/^\w+:/, "http:")).hostname.replace(/^\[(.*)\]$/, "$1");
