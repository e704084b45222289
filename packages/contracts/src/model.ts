import { coco80, tasks } from "@sluice/vision";
import * as z from "zod";
import { metadataSchema, resourceSchema, statusBase } from "./api/resource.ts";
import { immutable, ruled } from "./api/rule.ts";
import { limits } from "./limits.ts";
import { decimalSchema } from "./quantities.ts";

export const detectionFamilies = ["peaks", "yolox", "nanodet", "fastestdet", "yolov8"] as const;
export const families = [...detectionFamilies, "classification"] as const;
export type Family = (typeof families)[number];

const threeDecimals = z.array(decimalSchema(-1e6, 1e6)).length(3);

/** How a picture becomes the input tensor; what is not given, the family decides. */
const preprocessSchema = z.strictObject({
  fit: z
    .enum(["stretch", "letterbox-top-left", "letterbox-centre"])
    .optional()
    .describe("How a picture is fitted into the input."),
  channels: z.enum(["RGB", "BGR"]).optional().describe("Order of the colours."),
  scale: decimalSchema(0, 1e6)
    .optional()
    .describe("`tensor = (pixel * scale - mean) / std`, per channel in the tensor's order; pixels are 0 to 255."),
  mean: threeDecimals.optional().describe("See `scale`."),
  std: threeDecimals.optional().describe("See `scale`."),
  pad: z.int().min(0).max(255).optional().describe("Pixel value, 0 to 255, outside a letterboxed picture."),
});

/** In the API server a list, since a field there has one type; a file may also say `coco80` as it is. */
const classesSchema = z.union([
  z.literal("coco80").transform((): string[] => [...coco80]),
  z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(limits.classes)
    .transform((names) => (names.length === 1 && names[0] === "coco80" ? [...coco80] : names)),
]);

const another = "another file is another model, so make another InferenceModel";

const specShape = z.strictObject({
  uri: z
    .string()
    .max(2_048)
    .regex(/^(file:|https:\/\/)/, "must begin with file: or https://")
    .describe("The ONNX file: `file:PATH`, relative to the manifest, or `https://…`."),
  sha256: immutable(z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits"), another).describe(
    "Digest of that file; another file is refused.",
  ),
  task: immutable(z.enum(tasks), another).describe("What it answers."),
  family: immutable(z.enum(families), another).describe("How its input is made and its output is read."),
  input: z.strictObject({
    width: z.int().min(16).max(4096).describe("Pixels."),
    height: z.int().min(16).max(4096).describe("Pixels."),
  }),
  preprocess: preprocessSchema.prefault({}),
  classes: classesSchema.describe("`[coco80]`, or the names in the order of the model's outputs."),
  thresholds: z
    .strictObject({
      score: decimalSchema(0, 1).describe("Lowest score of an answer.").prefault("0.35"),
      nms: decimalSchema(0, 1).describe("Overlap (IoU) above which the weaker of two boxes goes.").prefault("0.45"),
    })
    .prefault({}),
  scores: z
    .record(z.string().max(63), decimalSchema(0, 1))
    .refine((scores) => Object.keys(scores).length <= limits.scores, `at most ${limits.scores} figures`)
    .meta({ maxProperties: limits.scores })
    .optional()
    .describe("Measured figures, for people."),
});

const modelSpecSchema = ruled(specShape, {
  cel: "(self.family == 'classification') == (self.task == 'classification')",
  message: "family and task do not belong together",
  holds: ({ family, task }) => (family === "classification") === (task === "classification"),
  at: "family",
});
export type ModelSpec = z.output<typeof modelSpecSchema>;

/** A model, whatever its origin, as a file: any ONNX file of a known family. */
export const modelSchema = z.object({
  apiVersion: z.literal("sluice.dev/v1alpha1"),
  kind: z.literal("InferenceModel"),
  metadata: metadataSchema.pick({ name: true, labels: true, annotations: true }),
  spec: modelSpecSchema,
});
export type ModelManifest = z.output<typeof modelSchema>;

const copiesSchema = z.object({
  available: z.int().min(0).describe("Devices and replicas that have loaded the file."),
  failed: z
    .int()
    .min(0)
    .describe("Devices that could not, and those and replicas that have loaded another file by its name."),
  problem: z
    .string()
    .max(1_024)
    .optional()
    .describe("Why the last one could not; kept until one can, or the spec changes."),
});

const statusSchema = z.object({
  ...statusBase,
  copies: copiesSchema.optional().describe("Where the model is, as far as is known."),
});
export type InferenceModelStatus = z.output<typeof statusSchema>;

/** The same model as an object of the cluster. */
export const inferenceModelSchema = resourceSchema("InferenceModel", modelSpecSchema, statusSchema);
export type InferenceModel = z.output<typeof inferenceModelSchema>;
