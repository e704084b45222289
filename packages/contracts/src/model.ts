import { coco80 } from "@sluice/vision";
import * as z from "zod";
import { limits } from "./limits.ts";
import { nameSchema } from "./names.ts";
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

const classesSchema = z.union([
  z.literal("coco80").transform((): string[] => [...coco80]),
  z.array(z.string().min(1).max(64)).min(1).max(limits.classes),
]);

/** A model, whatever its origin: any ONNX file of a known family. */
export const modelSchema = z
  .object({
    apiVersion: z.literal("sluice.dev/v1alpha1"),
    kind: z.literal("InferenceModel"),
    metadata: z.object({
      name: nameSchema.describe("Name by which others ask for the model."),
      annotations: z.record(z.string(), z.string()).optional().describe("Anything worth noting: licence, origin."),
    }),
    spec: z.strictObject({
      uri: z
        .string()
        .regex(/^(file:|https:\/\/)/, "must begin with file: or https://")
        .describe("The ONNX file: `file:PATH`, relative to the manifest, or `https://…`."),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits")
        .describe("Digest of that file; another file is refused."),
      task: z.enum(["detection", "classification"]).describe("What it answers."),
      family: z.enum(families).describe("How its input is made and its output is read."),
      input: z.strictObject({
        width: z.int().min(16).max(4096).describe("Pixels."),
        height: z.int().min(16).max(4096).describe("Pixels."),
      }),
      preprocess: preprocessSchema.default({}),
      classes: classesSchema.describe("`coco80`, or the names in the order of the model's outputs."),
      thresholds: z
        .strictObject({
          score: decimalSchema(0, 1).default(0.35).describe("Lowest score of an answer."),
          nms: decimalSchema(0, 1).default(0.45).describe("Overlap (IoU) above which the weaker of two boxes goes."),
        })
        .default({ score: 0.35, nms: 0.45 }),
      scores: z.record(z.string(), decimalSchema(0, 1)).optional().describe("Measured figures, for people."),
    }),
  })
  .refine((m) => (m.spec.family === "classification") === (m.spec.task === "classification"), {
    path: ["spec", "family"],
    message: "family and task do not belong together",
  });

export type ModelManifest = z.output<typeof modelSchema>;
export type ModelSpec = ModelManifest["spec"];
