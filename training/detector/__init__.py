"""The two detectors: networks, targets, losses, training, export and scoring."""
