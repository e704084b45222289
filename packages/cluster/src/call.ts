export type Verb = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Call {
  readonly verb: Verb;
  /** Path from the server's root: `/api/v1/namespaces/x/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** `application/json` unless given: patches say which kind they are. */
  readonly contentType?: string;
  /** How long the whole answer may take, 30 s unless given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}
