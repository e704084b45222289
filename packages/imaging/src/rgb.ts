import { AV_PIX_FMT_RGB24, type AVPixelFormat, SWS_BILINEAR } from "node-av/constants";
import { type Frame, SoftwareScaleContext } from "node-av/lib";

/** Vectorised loops of libswscale may write a little behind the last pixel. */
export const RGB_PADDING_BYTES = 64;

/**
 * Converts decoded pictures to RGB24 without row padding, as OpenCV and `ffmpeg -pix_fmt rgb24` do by default: limited
 * range unless the pixel format says full range, ITU-R BT.601 matrix.
 */
export class RgbConverter {
  #context: SoftwareScaleContext | undefined;
  #layout = "";

  convert(picture: Frame, target: Buffer): void {
    const { width, height, format, data, linesize } = picture;
    const context = this.#contextFor(width, height, format as AVPixelFormat);
    context.scaleSync(data ?? [], linesize, 0, height, [target], [width * 3]);
  }

  #contextFor(width: number, height: number, format: AVPixelFormat): SoftwareScaleContext {
    const layout = `${width}x${height} ${format}`;
    if (this.#context && layout === this.#layout) return this.#context;
    this.#context?.freeContext();
    this.#context = new SoftwareScaleContext();
    this.#context.getContext(width, height, format, width, height, AV_PIX_FMT_RGB24, SWS_BILINEAR);
    this.#layout = layout;
    return this.#context;
  }
}
