import { type Box, coreOf, type Detection, iou, within } from "@sluice/vision";

/** What the cloud said of a frame, and of which part of it. */
export interface Reply {
  /** Boxes of things that it saw whole. */
  readonly whole: readonly Detection[];
  /** Whether it would have spoken of what stands at `box`, were it there. */
  readonly judges: (box: Box) => boolean;
}

/** Overlap with something that a reply saw cut, from which a box is taken for it. */
const sameObjectIou = 0.3;

/** A reply to the whole frame, or to a crop of it: `region`, in pixels of the frame. */
export function replyTo(
  cloud: readonly Detection[],
  region: Box | undefined,
  size: { readonly width: number; readonly height: number },
): Reply {
  if (!region) return { whole: cloud, judges: () => true };
  const core = coreOf(region, size);
  const cut = cloud.filter((box) => !within(box, core));
  return {
    whole: cloud.filter((box) => within(box, core)),
    judges: (box) => within(box, core) && !cut.some((other) => iou(other, box) >= sameObjectIou),
  };
}

/** The answer of a frame with a reply taken in: its boxes, and of the answer before what it does not speak of. */
export function patched(before: readonly Detection[], { whole, judges }: Reply): Detection[] {
  const untouched = before.filter((box) => !judges(box) && !whole.some((other) => iou(other, box) >= sameObjectIou));
  return [...whole, ...untouched];
}
