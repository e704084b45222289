export { area, type Box, clip, type Detection, iou } from "./box.ts";
export { coco80 } from "./classes.ts";
export type { Frame, Picture } from "./frame.ts";
export { type Fit, type Placement, place, unplace } from "./letterbox.ts";
export { type Labelled, match } from "./match.ts";
export { nms } from "./nms.ts";
export { contains, type Polygon } from "./polygon.ts";
export { frameF1 } from "./score.ts";
export { changedShare, thumbnail } from "./thumbnail.ts";
