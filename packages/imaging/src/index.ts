export { openCapture } from "./capture.ts";
export { decodeImage } from "./decode.ts";
export { encodeJpeg } from "./encode.ts";
export { readPictures } from "./in-process.ts";
export type { Capture, CaptureDeps, CapturedFrame, CaptureOptions, CaptureState } from "./options.ts";
