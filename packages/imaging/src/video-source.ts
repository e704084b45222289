import { AVERROR_EOF, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { Codec, CodecContext, Dictionary, FFmpegError, FormatContext, Frame, InputFormat, Packet } from "node-av/lib";
import { RgbConverter } from "./rgb.ts";
import { checkSize, type Shot, type Source, SourceProblem } from "./shot.ts";

/** How FFmpeg opens one kind of source. */
export interface Medium {
  readonly finite: "always" | "if-it-has-a-duration" | "never";
  readonly format?: string;
  readonly options: Readonly<Record<string, string | number>>;
}

/** FFmpeg's mark for "no timestamp". */
const NO_TIME = -(2n ** 63n);
/** Packets in a row that may give no picture: audio in between, damage. Beyond it the source counts as unreadable. */
const BARREN_PACKETS = 10_000;

/** Shared by all passes over a source: a picture may be sent after its source was closed. */
const converter = new RgbConverter();

function check(code: number, what: string): void {
  if (code < 0) throw new SourceProblem("source-unreadable", `${what}: ${FFmpegError.strerror(code)}`);
}

export async function openVideo(url: string, medium: Medium, maxPixels: number): Promise<Source> {
  const container = new FormatContext();
  const format = medium.format ? InputFormat.findInputFormat(medium.format) : null;
  using options = Dictionary.fromObject(medium.options);
  check(await container.openInput(url, format, options), "it cannot be opened");
  check(await container.findStreamInfo(), "it cannot be understood");
  const track = container.findBestStream(AVMEDIA_TYPE_VIDEO);
  check(track, "it holds no video");
  const decoder = await openDecoder(container, track, maxPixels);
  return new VideoSource(container, decoder, track, medium, maxPixels);
}

/** One thread: a frame's delay matters more than the speed of one stream, and the other cores have work of their own. */
async function openDecoder(container: FormatContext, track: number, maxPixels: number): Promise<CodecContext> {
  const { codecpar } = container.streams[track]!;
  checkSize(codecpar.width, codecpar.height, maxPixels);
  const codec = Codec.findDecoder(codecpar.codecId);
  if (!codec) throw new SourceProblem("source-unreadable", "its codec is not known here");
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  check(decoder.parametersToContext(codecpar), "its codec parameters are damaged");
  decoder.threadCount = 1;
  using options = Dictionary.fromObject({ max_pixels: maxPixels });
  check(await decoder.open2(codec, options), "its codec cannot be opened");
  return decoder;
}

class VideoSource implements Source {
  readonly fps: number;
  readonly finite: boolean;
  readonly #container: FormatContext;
  readonly #decoder: CodecContext;
  readonly #track: number;
  readonly #maxPixels: number;
  readonly #tickMs: number;
  readonly #endsAnyhow: boolean;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #decoded = 0;

  constructor(container: FormatContext, decoder: CodecContext, track: number, medium: Medium, maxPixels: number) {
    const stream = container.streams[track]!;
    const rate = stream.avgFrameRate;
    this.fps = rate.num > 0 && rate.den > 0 ? rate.toDouble() : 0;
    this.finite = medium.finite === "always" || (medium.finite === "if-it-has-a-duration" && container.duration > 0n);
    this.#endsAnyhow = medium.finite === "always";
    this.#tickMs = stream.timeBase.toDouble() * 1_000;
    this.#container = container;
    this.#decoder = decoder;
    this.#track = track;
    this.#maxPixels = maxPixels;
    this.#packet.alloc();
    this.#frame.alloc();
  }

  async next(): Promise<Shot | undefined> {
    for (let barren = 0; barren < BARREN_PACKETS; barren++) {
      const received = this.#decoder.receiveFrameSync(this.#frame);
      if (received >= 0) return this.#shot();
      if (received === AVERROR_EOF) return undefined;
      await this.#feed();
    }
    throw new SourceProblem("source-unreadable", `${BARREN_PACKETS} packets in a row gave no picture`);
  }

  /** One packet into the decoder, or the end. A packet that the decoder rejects is damage, which later ones get over. */
  async #feed(): Promise<void> {
    const read = await this.#container.readFrame(this.#packet);
    if (read < 0) return this.#drain(read);
    try {
      if (this.#packet.streamIndex === this.#track) await this.#decoder.sendPacket(this.#packet);
    } finally {
      this.#packet.unref();
    }
  }

  /** A file that breaks off plays as far as it goes; a connection that breaks off is a failure. */
  async #drain(code: number): Promise<void> {
    if (code !== AVERROR_EOF && !this.#endsAnyhow) check(code, "reading failed");
    await this.#decoder.sendPacket(null);
  }

  #shot(): Shot {
    const picture = this.#frame.clone();
    if (!picture) throw new SourceProblem("source-unreadable", "no memory for a picture");
    this.#frame.unref();
    checkSize(picture.width, picture.height, this.#maxPixels);
    const time = picture.bestEffortTimestamp;
    return {
      width: picture.width,
      height: picture.height,
      sourceIndex: this.#decoded++,
      mediaMs: time === NO_TIME ? undefined : Number(time) * this.#tickMs,
      writeRgb: (target) => converter.convert(picture, target),
      free: () => picture.free(),
    };
  }

  async close(): Promise<void> {
    this.#packet.free();
    this.#frame.free();
    this.#decoder.freeContext();
    await this.#container.closeInput();
  }
}
