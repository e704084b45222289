/** A program that writes one test video: `PATH CLIP-AS-JSON`. */
import { AV_CODEC_FLAG_GLOBAL_HEADER, AV_LOG_QUIET, AV_PIX_FMT_YUV420P, type FFVideoEncoder } from "node-av/constants";
import { Codec, CodecContext, Dictionary, FFmpegError, FormatContext, Frame, Log, Packet, Rational } from "node-av/lib";
import { type Clip, luma } from "./clip.builder.ts";

Log.setLevel(AV_LOG_QUIET);

const ok = (code: number) => FFmpegError.throwIfError(code);

/** Writes H.264 into the container that the path's extension names. */
async function writeClip(path: string, clip: Clip): Promise<void> {
  const { frames, fps = 10, width = 64, height = 48 } = clip;
  using encoder = await openEncoder(fps, width, height, !/\.(h264|ts)$/.test(path));
  await using container = new FormatContext();
  ok(container.allocOutputContext2(null, null, path));
  const track = container.newStream();
  ok(encoder.parametersFromContext(track.codecpar));
  ok(await container.openOutput());
  using options = Dictionary.fromObject(path.endsWith(".mp4") ? { movflags: "faststart" } : {});
  ok(await container.writeHeader(options));
  using packet = new Packet();
  packet.alloc();
  for (let n = 0; n <= frames; n++) {
    using frame = n < frames ? grey(n, width, height) : undefined;
    ok(await encoder.sendFrame(frame ?? null));
    while ((await encoder.receivePacket(packet)) >= 0) {
      packet.duration = 1n;
      packet.rescaleTs({ num: 1, den: fps }, track.timeBase);
      ok(await container.interleavedWriteFrame(packet));
    }
  }
  ok(await container.writeTrailer());
  await container.closeOutput();
}

async function openEncoder(fps: number, width: number, height: number, globalHeader: boolean): Promise<CodecContext> {
  const codec = Codec.findEncoderByName("libx264" as FFVideoEncoder);
  if (!codec) throw new Error("no libx264");
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = AV_PIX_FMT_YUV420P;
  encoder.timeBase = new Rational(1, fps);
  encoder.framerate = new Rational(fps, 1);
  encoder.gopSize = fps;
  if (globalHeader) encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  using options = Dictionary.fromObject({ preset: "ultrafast", crf: "8", threads: "1" });
  ok(await encoder.open2(codec, options));
  return encoder;
}

function grey(n: number, width: number, height: number): Frame {
  const pixels = Buffer.alloc((width * height * 3) / 2, 128).fill(luma(n), 0, width * height);
  return Frame.fromVideoBuffer(pixels, { width, height, format: AV_PIX_FMT_YUV420P, pts: BigInt(n) });
}

await writeClip(process.argv[2]!, JSON.parse(process.argv[3]!) as Clip);
