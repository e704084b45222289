import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  asSluiceError,
  type Heartbeat,
  heardPolicyDocumentSchema,
  type ModelManifest,
  type PolicyDocument,
  policyBucket,
  SluiceError,
  validate,
} from "@sluice/contracts";
import { type Clock, fieldsOf, type Prng } from "@sluice/foundation";
import { KeyView, type Link } from "@sluice/messaging";
import { identityOf, type ModelSlot } from "@sluice/models";
import type { Masks } from "../masks.ts";
import type { Kind } from "../state/document.ts";
import type { State } from "../state/state.ts";
import type { Uplink } from "../uplink.ts";

export interface PolicyClientOptions {
  readonly device: string;
  readonly link: Link;
  readonly uplink: Uplink;
  readonly state: State;
  readonly masks: Masks;
  /** Folder for the manifest of the edge model that a policy names. */
  readonly directory: string | undefined;
  readonly model: ModelSlot;
  readonly clock: Clock;
  readonly prng: Prng;
  /** Another document is acted on, or none any more. */
  readonly onChange: (document: PolicyDocument | null) => void;
  readonly onProblem: (problem: SluiceError) => void;
}

/** The document as it was written, so that it is read by the rules of the daemon that reads it. */
const documentKind: Kind<string> = {
  version: 1,
  parse(value) {
    const { json } = fieldsOf(value, "document");
    if (typeof json !== "string") throw new TypeError("json: expected a text");
    return json;
  },
  write: (json) => ({ json }),
};

/**
 * Which policy the device acts on: the last document that it could act on, from disk until the network says more. One
 * that it cannot act on is told of in the heartbeat, and changes nothing.
 */
export class PolicyClient {
  #document: PolicyDocument | null = null;
  #refused: Heartbeat["refused"] = null;
  /** Documents are acted on one after another; of those that wait only the newest counts. */
  #last: Promise<void> = Promise.resolve();
  #newest = 0;
  readonly #view: KeyView<typeof heardPolicyDocumentSchema>;
  readonly #options: PolicyClientOptions;

  constructor(options: PolicyClientOptions) {
    const { device, link, uplink, clock, prng } = options;
    this.#options = options;
    this.#recall();
    this.#view = new KeyView({
      link,
      device,
      bucket: policyBucket.name,
      key: policyBucket.document(device),
      schema: heardPolicyDocumentSchema,
      what: "policy document",
      clock,
      prng,
      publish: (subject, payload, headers, replyTo) => uplink.control(subject, payload, headers, replyTo),
      onReceived: (bytes) => uplink.received(bytes),
      onValue: (document, json) => this.#take(document, json),
      onDelete: () => this.#take(null, ""),
      onProblem: (problem) => this.#refuse(null, problem),
    });
  }

  get document(): PolicyDocument | null {
    return this.#document;
  }

  get refused(): Heartbeat["refused"] {
    return this.#refused;
  }

  async close(): Promise<void> {
    this.#view.close();
    await this.#last;
  }

  /** Goes on with what was acted on last; its edge model is opened behind the first frames. */
  #recall(): void {
    const { state } = this.#options;
    const json = state.load("policy", documentKind);
    if (!json) return;
    try {
      const document = validate(JSON.parse(json), heardPolicyDocumentSchema, "saved policy", "bad-request");
      this.#document = document;
      this.#take(document, json);
    } catch (error) {
      this.#refuse(null, asSluiceError(error));
    }
  }

  #take(document: PolicyDocument | null, json: string): void {
    const turn = ++this.#newest;
    const before = this.#last;
    this.#last = (async () => {
      await before;
      if (turn === this.#newest) await this.#try(document, json);
    })();
  }

  async #try(document: PolicyDocument | null, json: string): Promise<void> {
    try {
      await this.#act(document, json);
    } catch (error) {
      return this.#refuse(document, asSluiceError(error));
    }
    this.#refused = null;
    this.#document = document;
    this.#options.state.save("policy", documentKind, json);
    this.#options.onChange(document);
  }

  /** Masks hold whatever becomes of the rest. */
  async #act(document: PolicyDocument | null, json: string): Promise<void> {
    const { device, masks } = this.#options;
    if (document && document.device !== device) {
      throw new SluiceError("bad-request", `the policy document is for ${document.device}, this device is ${device}`);
    }
    if (document?.masks) masks.tell(document.masks);
    if (document?.edgeModel) await this.#run(document.edgeModel, json);
  }

  /** The manifest goes to a file as it was written. */
  async #run(wanted: ModelManifest, json: string): Promise<void> {
    const { model, directory } = this.#options;
    if (wanted.metadata.name === model.model.name && identityOf(wanted) === model.model.identity) return;
    if (!directory)
      throw new SluiceError("config-invalid", "a policy's edge model needs a `state` folder on the device");
    const path = join(directory, "policy-model.json");
    await writeFile(path, JSON.stringify((JSON.parse(json) as { edgeModel: unknown }).edgeModel));
    await model.swap(path);
  }

  #refuse(document: PolicyDocument | null, problem: SluiceError): void {
    const { policy = "", revision = "", edgeModel } = document ?? {};
    const model = edgeModel?.metadata.name ?? null;
    this.#refused = { policy, revision, reason: problem.advice, code: problem.code, model };
    this.#options.onProblem(problem);
  }
}
