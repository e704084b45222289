"""Renders street scenes with exact truth: a 3-D world of simple solids, drawn with numpy and OpenCV."""
