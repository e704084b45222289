"""The renderer: projection, exact truth, the same picture from the same seed."""

import unittest

import numpy as np

from training.clip_plans import CLIPS
from training.clips import film, truth_line
from training.dataset import FIRST_SEED, scene_pictures
from training.render.camera import Camera
from training.render.truth import MIN_HEIGHT_PX, MIN_WIDTH_PX, VISIBLE_SHARE, judge, visible_box


class Projection(unittest.TestCase):
    camera = Camera(0, 0, 5, 0, 0.2, 500)

    def test_ground_homography_agrees_with_projection(self):
        for x, y in ((0, 20), (-6, 35), (9, 60)):
            u, v, _ = self.camera.project(np.array([[x, y, 0.0]]))[0]
            by_homography = self.camera.ground_homography() @ [x, y, 1]
            np.testing.assert_allclose(by_homography[:2] / by_homography[2], [u, v], atol=1e-6)

    def test_depth_by_row_agrees_with_projection(self):
        _, v, depth = self.camera.project(np.array([[0, 30.0, 0]]))[0]
        rows = self.camera.ground_depth_by_row()
        self.assertTrue(rows[int(v) + 1] <= depth <= rows[int(v) - 1])

    def test_what_is_higher_is_further_up(self):
        foot, head = self.camera.project(np.array([[0, 20, 0], [0, 20, 1.7]]))
        self.assertLess(head[1], foot[1])


class Truth(unittest.TestCase):
    def test_box_spans_the_visible_pixels(self):
        mask = np.zeros((10, 10), bool)
        mask[2:7, 3:5] = True
        exact = np.array([103.2, 52.1, 108.0, 56.8])
        self.assertEqual(visible_box(mask, 100, 50, exact, 640, 360), (103.2, 52.1, 105.5, 56.8))

    def test_box_ends_at_the_frame(self):
        mask = np.ones((4, 4), bool)
        self.assertEqual(visible_box(mask, 0, 0, np.array([-9, -9, 3.6, 4.0]), 640, 360), (0.0, 0.0, 3.6, 4.0))

    def test_nothing_visible_is_no_box(self):
        self.assertIsNone(visible_box(np.zeros((4, 4), bool), 0, 0, np.zeros(4), 640, 360))

    def test_mostly_hidden_is_ignored_and_hidden_is_dropped(self):
        box = (0, 0, 20, 20)
        self.assertTrue(judge(0, box, 50, 100).counts)
        self.assertFalse(judge(0, box, 30, 100).counts)
        self.assertIsNone(judge(0, box, 10, 100))
        self.assertFalse(judge(0, (0, 0, 2, 20), 40, 40).counts)


class Scenes(unittest.TestCase):
    def test_a_seed_gives_the_same_pictures_and_truth(self):
        for (first, truth, _), (again, same, _) in zip(scene_pictures(4), scene_pictures(4)):
            np.testing.assert_array_equal(first, again)
            self.assertEqual(truth, same)

    def test_what_counts_is_inside_visible_and_big_enough(self):
        seen = 0
        for picture, instances, _ in scene_pictures(7):
            height, width = picture.shape[:2]
            for found in (i for i in instances if i.counts):
                x1, y1, x2, y2 = found.box
                self.assertTrue(0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height)
                self.assertTrue(x2 - x1 >= MIN_WIDTH_PX and y2 - y1 >= MIN_HEIGHT_PX)
                self.assertGreaterEqual(found.visible_share, VISIBLE_SHARE)
                seen += 1
        self.assertGreater(seen, 5)

    def test_clips_move_and_repeat(self):
        drone = CLIPS[-1]
        first = [(picture, truth_line(0, instances)) for picture, instances in film(drone, 3)]
        again = [(picture, truth_line(0, instances)) for picture, instances in film(drone, 3)]
        self.assertEqual([line for _, line in first], [line for _, line in again])
        self.assertFalse(np.array_equal(first[0][0], first[2][0]))

    def test_clip_seeds_are_far_from_the_others(self):
        for clip in CLIPS:
            for start in FIRST_SEED.values():
                self.assertGreater(abs(clip.seed - start), 1_000_000)


if __name__ == "__main__":
    unittest.main()
