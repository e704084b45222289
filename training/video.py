"""H.264 in MP4, written and read with PyAV (libx264)."""

import io
from collections.abc import Iterable, Iterator

import av
import numpy as np


def encode(pictures: Iterable[np.ndarray], target, fps: int, options: dict[str, str]) -> None:
    """Writes BGR uint8 pictures [h, w, 3] to a path or a binary file object; one thread, so the bytes repeat."""
    faststart = {} if hasattr(target, "write") else {"movflags": "+faststart"}  # needs a file that it can open again
    with av.open(target, "w", format="mp4", options=faststart) as container:
        stream = None
        for picture in pictures:
            if stream is None:
                stream = container.add_stream("libx264", rate=fps, options={"threads": "1", **options})
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.codec_context.thread_count = 1
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        if stream is not None:
            container.mux(stream.encode(None))


def decode(source) -> Iterator[np.ndarray]:
    """Every frame of a path or binary file object as BGR uint8 [h, w, 3]."""
    with av.open(source) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def through_codec(pictures: list[np.ndarray], fps: int, crf: int) -> list[np.ndarray]:
    """The pictures as they look after H.264 at a constant rate factor."""
    memory = io.BytesIO()
    encode(pictures, memory, fps, {"crf": str(crf), "preset": "veryfast"})
    memory.seek(0)
    return list(decode(memory))
