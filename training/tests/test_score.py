"""Frame F1 on cases worked out by hand."""

import unittest

import numpy as np

from training.detector.score import best_threshold, frame_f1, match, recall_by_size


def boxes(*rows) -> np.ndarray:
    return np.array(rows, float).reshape(-1, 6)


EMPTY = boxes()
UNIT = [0, 0, 10, 10, 1, 0]


class FrameF1(unittest.TestCase):
    def test_both_empty_is_perfect(self):
        self.assertEqual(frame_f1(EMPTY, EMPTY), 1.0)

    def test_nothing_found_or_nothing_there_is_zero(self):
        self.assertEqual(frame_f1(EMPTY, boxes(UNIT)), 0.0)
        self.assertEqual(frame_f1(boxes(UNIT), EMPTY), 0.0)

    def test_one_of_two_found(self):
        reference = boxes(UNIT, [50, 50, 60, 60, 1, 0])
        self.assertAlmostEqual(frame_f1(boxes(UNIT), reference), 2 / 3)

    def test_class_must_agree(self):
        self.assertEqual(frame_f1(boxes([0, 0, 10, 10, 0.9, 1]), boxes(UNIT)), 0.0)

    def test_half_overlap_counts_and_less_does_not(self):
        self.assertEqual(frame_f1(boxes([0, 0, 10, 5, 0.9, 0]), boxes(UNIT)), 1.0)
        self.assertEqual(frame_f1(boxes([0, 0, 10, 4.9, 0.9, 0]), boxes(UNIT)), 0.0)

    def test_a_reference_is_used_once_by_the_best_score(self):
        answer = boxes([0, 0, 10, 9, 0.5, 0], [0, 0, 10, 8, 0.9, 0])
        self.assertEqual(match(answer, boxes(UNIT)).tolist(), [-1, 0])
        self.assertAlmostEqual(frame_f1(answer, boxes(UNIT)), 2 / 3)


class Choosing(unittest.TestCase):
    def test_threshold_separates_right_from_wrong(self):
        answer = boxes([0, 0, 10, 10, 0.6, 0], [80, 80, 90, 90, 0.3, 0])
        threshold, mean = best_threshold([answer], [boxes(UNIT)])
        self.assertTrue(0.3 < threshold <= 0.6)
        self.assertEqual(mean, 1.0)

    def test_recall_is_split_by_area(self):
        reference = boxes(UNIT, [0, 0, 100, 100, 1, 2])
        recall = recall_by_size([boxes(UNIT)], [reference])
        self.assertEqual(recall, {"small": 1.0, "medium": 0.0, "large": 0.0})


if __name__ == "__main__":
    unittest.main()
