/** Every bound on what crosses a process, in one place. A value above its bound is refused, never truncated. */
export const limits = {
  /** NATS `max_payload` that Sluice assumes: one offload or reply never exceeds it. */
  payloadBytes: 1 << 20,
  /** A JSON message: an offload's answer, a result, a decision, a heartbeat. */
  messageBytes: 256 << 10,
  /** Offloads of one device that wait for a reply, those past their deadline included. */
  offloadsPending: 256,
  /** How long after its deadline an offload's reply is still taken in, as knowledge about the scene. */
  lateGraceMs: 2_000,
  /** Body of an inference request over HTTP: one image of 3 × 640 × 640 numbers as JSON, written out in full. */
  tensorBodyBytes: 32 << 20,
  /** Pixels of a picture that any Sluice process is willing to decode or capture. */
  picturePixels: 16_000_000,
  /** Detections in one frame's answer, on the wire and in memory. */
  detectionsPerFrame: 1_000,
  /** Of a box, pixels from the picture's corner in any direction: far beyond any picture, and safe to scale. */
  coordinate: 1_000_000,
  /** Classes of one model. */
  classes: 1_000,
  /** Measured figures in one model's manifest. */
  scores: 32,
  /** Streams of one device. */
  streamsPerDevice: 32,
  /** Rungs of one payload ladder. */
  rungs: 8,
  /** Privacy masks of a stream, and corners of a mask. */
  masksPerStream: 32,
  cornersPerMask: 64,
  /** Zones of a stream that a policy can focus on. */
  zonesPerStream: 16,
  /** A configuration or manifest file. */
  documentBytes: 1 << 20,
  /** An ONNX file. */
  modelBytes: 2 ** 30,
  /** One answer of the Kubernetes API: a page of a list is asked for smaller until it fits. */
  clusterAnswerBytes: 32 << 20,
  /** One event of a Kubernetes watch; the API server takes objects of up to 3 MiB. */
  clusterEventBytes: 8 << 20,
  /** Objects of one kind that a process keeps in memory. */
  clusterObjectsPerKind: 50_000,
  /** Recent frames whose decisions a device remembers for `why`, per stream. */
  rememberedFrames: 1_024,
  /** Life of a budget lease: how long a device may go on without hearing from its operator. */
  leaseMs: 60_000,
  /** Byte counters of one device that the operator remembers; a device begins a new one when its disk is lost. */
  metersPerDevice: 4,
  /** Most that a device may say one byte is worth to it. */
  bytePrice: 1e9,
  /** A recorded trace: its streams, its frames (about 5 kB of memory each while they are replayed), the characters of a line. */
  streamsPerTrace: 1_000,
  framesPerTrace: 500_000,
  traceLineLength: 4 << 20,
} as const;
