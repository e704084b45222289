"""Targets, decoding and export agree with each other."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from training.detector.compact import compact
from training.detector.export import BOX_TOLERANCE_PX, SCORE_TOLERANCE, compare, export
from training.detector.infer import Detector, decode, letterbox, suppress
from training.detector.losses import generalised_iou
from training.detector.networks import RECIPES, Exported, decode_boxes
from training.detector.targets import make_targets


class Grid(unittest.TestCase):
    def test_a_perfect_output_decodes_to_the_truth(self):
        truth = np.array([[40, 24, 72, 60, 2]], np.float32)
        target = make_targets(truth, truth[:0], 4, 20, 32, 8)
        cls, row, column = np.unravel_index(target.heat.argmax(), target.heat.shape)
        x1, y1, x2, y2 = target.boxes[:, row, column] * 8
        x, y = (column + 0.5) * 8, (row + 0.5) * 8
        distances = np.zeros((4, 20, 32), np.float32)
        distances[:, row, column] = x - x1, y - y1, x2 - x, y2 - y
        found = decode(target.heat * (target.heat == 1), distances, (256, 160), 0.5)
        np.testing.assert_allclose(found[0], [40, 24, 72, 60, 1, 2], atol=1e-4)
        self.assertEqual(cls, 2)

    def test_ignored_cells_weigh_nothing_but_centres_do(self):
        truth = np.array([[0, 0, 16, 16, 0]], np.float32)
        ignore = np.array([[0, 0, 64, 64, 0]], np.float32)
        target = make_targets(truth, ignore, 4, 20, 32, 8)
        self.assertEqual(target.weigh[0, 5, 5], 0)
        self.assertEqual(target.weigh[0, 1, 1], 1)
        self.assertEqual(target.weigh[1].min(), 1)

    def test_size_and_offset_become_distances(self):
        raw = torch.tensor([0.25, 0.0, np.log(4.0), np.log(2.0)]).float().view(1, 4, 1, 1)
        np.testing.assert_allclose(decode_boxes(raw, 8).flatten().numpy(), [14, 8, 18, 8], rtol=1e-5)

    def test_generalised_iou_by_hand(self):
        a, b = torch.tensor([[0.0, 0, 2, 2]]), torch.tensor([[1.0, 0, 3, 2]])
        self.assertAlmostEqual(generalised_iou(a, b).item(), 1 / 3, places=5)
        far = torch.tensor([[3.0, 0, 5, 2]])
        self.assertAlmostEqual(generalised_iou(a, far).item(), -0.2, places=5)


class Pictures(unittest.TestCase):
    def test_letterbox_is_top_left_rgb_and_grey_below(self):
        picture = np.zeros((360, 640, 3), np.uint8)
        picture[..., 0] = 255
        image, scale = letterbox(picture, 256, 160)
        self.assertEqual(scale, 0.4)
        np.testing.assert_allclose(image[:, 0, 0], [0, 0, 1])
        np.testing.assert_allclose(image[:, 159, 0], 114 / 255)

    def test_suppression_is_within_a_class(self):
        found = np.array([[0, 0, 10, 10, 0.9, 0], [0, 0, 10, 9, 0.8, 0], [0, 0, 10, 9, 0.7, 1]])
        self.assertEqual(suppress(found)[:, 4].tolist(), [0.9, 0.7])


class Export(unittest.TestCase):
    def test_half_weights_change_little(self):
        for recipe in RECIPES.values():
            torch.manual_seed(2)
            network = recipe.network(4).eval()
            images = torch.rand(1, 3, 64, 64)
            with torch.no_grad():
                for before, after in zip(network(images), compact(network)(images)):
                    self.assertLess((before - after).abs().max().item(), 0.01)

    def test_onnxruntime_agrees_with_torch_for_any_batch(self):
        for recipe in RECIPES.values():
            torch.manual_seed(1)
            network = recipe.network(4)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.onnx"
                export(network, recipe, path)
                difference = compare(Exported(compact(network)).eval(), recipe, path)
                self.assertLess(difference["scores"], SCORE_TOLERANCE)
                self.assertLess(difference["boxes"], BOX_TOLERANCE_PX)
                width, height = recipe.input_size
                scores, boxes = Detector(path, recipe.input_size).run(np.zeros((3, 3, height, width), np.float32))
                stride = recipe.network.stride
                self.assertEqual(scores.shape, (3, 4, height // stride, width // stride))
                self.assertEqual(boxes.shape, scores.shape)


if __name__ == "__main__":
    unittest.main()
