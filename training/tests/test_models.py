"""What is published in models/ belongs together: digests, inputs, truth, sizes."""

import gzip
import hashlib
import json
import unittest

import numpy as np
import yaml

from training.clip_plans import CLIPS, FPS, FRAMES, HEIGHT, WIDTH
from training.clips import read_truth
from training.detector.infer import Detector
from training.detector.networks import RECIPES
from training.render.layout import CLASSES
from training.settings import ROOT
from training.video import decode

MODELS = ROOT / "models"
MAX_ONNX_BYTES = {"edge": 500_000, "cloud": 6_000_000}
MAX_CLIP_BYTES = 4_000_000


class Published(unittest.TestCase):
    def test_manifests_describe_their_files(self):
        for which, recipe in RECIPES.items():
            spec = yaml.safe_load((MODELS / f"{recipe.name}.yaml").read_text())["spec"]
            path = MODELS / spec["uri"].removeprefix("file:")
            data = path.read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), spec["sha256"])
            self.assertLessEqual(len(data), MAX_ONNX_BYTES[which])
            self.assertEqual(tuple(spec["classes"]), CLASSES)
            size = spec["input"]["width"], spec["input"]["height"]
            self.assertEqual(size, recipe.input_size)
            found = Detector(path, size)(np.full((HEIGHT, WIDTH, 3), 127, np.uint8), float(spec["thresholds"]["score"]))
            self.assertEqual(len(found), 0, "an empty picture has nothing in it")

    def test_clips_have_truth_for_every_frame(self):
        for clip in CLIPS:
            path = MODELS / "clips" / f"{clip.name}.mp4"
            self.assertLessEqual(path.stat().st_size, MAX_CLIP_BYTES)
            truth_path = MODELS / "clips" / f"{clip.name}.truth.jsonl.gz"
            header = json.loads(gzip.decompress(truth_path.read_bytes()).splitlines()[0])
            self.assertEqual((header["width"], header["height"], header["fps"]), (WIDTH, HEIGHT, FPS))
            self.assertEqual(header["seed"], clip.seed)
            truth = read_truth(truth_path)
            self.assertEqual(len(truth), FRAMES)
            every = np.concatenate(truth)
            self.assertTrue((every[:, :2] >= 0).all() and (every[:, 2:4] > every[:, :2]).all())
            self.assertTrue((every[:, 2] <= WIDTH).all() and (every[:, 3] <= HEIGHT).all())

    def test_clips_decode_to_the_stated_size(self):
        for clip in CLIPS:
            shapes = {picture.shape for picture in decode(str(MODELS / "clips" / f"{clip.name}.mp4"))}
            self.assertEqual(shapes, {(HEIGHT, WIDTH, 3)})


if __name__ == "__main__":
    unittest.main()
