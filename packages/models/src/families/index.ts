import type { Family } from "@sluice/contracts";
import { classification } from "./classification.ts";
import type { Adapter } from "./family.ts";
import { fastestdet } from "./fastestdet.ts";
import { nanodet } from "./nanodet.ts";
import { peaks } from "./peaks.ts";
import { yolov8 } from "./yolov8.ts";
import { yolox } from "./yolox.ts";

/** Every family that a manifest can name. */
export const adapters: Record<Family, Adapter> = { peaks, yolox, nanodet, fastestdet, yolov8, classification };
