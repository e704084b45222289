"""A scene: a layout with traffic under some conditions, drawn by a camera with exact truth."""

import cv2
import numpy as np

from . import lens
from .backdrop import Backdrop
from .camera import Camera
from .compose import Layer, compose
from .conditions import Conditions
from .ground import lamp_light
from .layout import Layout
from .motion import smear, way_px
from .shadows import cast
from .sprites import Shading, Sprite, rasterise
from .traffic import Traffic
from .truth import Instance

LAMP_COLOUR = np.array([0.55, 0.8, 0.95])
SNOW_COLOUR = np.array([225, 220, 215.0])
SHADOW_BLUR_PX = 1.2


class Scene:
    """Everything fixed for a scene; `frame` draws the traffic's present state.

    Objects narrower or lower than smallest_px (width, height) are not drawn at all: nothing is too small to judge.
    """

    def __init__(
        self, layout: Layout, conditions: Conditions, rng: np.random.Generator, smallest_px: tuple = (3.0, 6.5)
    ):
        self.layout, self.conditions, self.smallest_px = layout, conditions, smallest_px
        self.backdrop = Backdrop(rng)
        self.lamps = layout.lamp_array() if conditions.night else np.empty((0, 2))
        layout.ground.texture(rng, rng.uniform(0.02, 0.06), rng.uniform(0.04, 0.12))
        if conditions.snow_cover:
            layout.ground.cover(rng, SNOW_COLOUR, conditions.snow_cover)
        layout.ground.light(conditions.ground_light, self.lamps, LAMP_COLOUR)
        self._still: tuple[Camera, list[Layer], np.ndarray] | None = None

    def frame(self, traffic: Traffic, camera: Camera, rng: np.random.Generator) -> tuple[np.ndarray, list[Instance]]:
        """The picture uint8 BGR [h, w, 3] and what is seen in it."""
        props, prop_shadow = self._props(camera)
        solids = [(actor, actor.solid()) for actor in traffic.actors]
        frame = self._ground(camera, prop_shadow, solids)
        objects = [self._object(actor, solid, camera) for actor, solid in solids]
        instances = compose(frame, props + [layer for layer in objects if layer], self.conditions)
        return lens.develop(frame, rng, self.conditions), instances

    def _sprite(self, solid, x: float, y: float, heading: float, camera: Camera) -> Sprite | None:
        lamp = lamp_light(np.array([[x, y]]), self.lamps)[0]
        light = Shading(self.conditions.sun, self.conditions.direct, self.conditions.ambient + lamp * LAMP_COLOUR)
        return rasterise(solid, x, y, heading, camera, light)

    def _object(self, actor, solid, camera: Camera) -> Layer | None:
        sprite = self._sprite(solid, actor.x, actor.y, actor.heading, camera)
        if sprite is None or (sprite.box[2:] - sprite.box[:2] < self.smallest_px).any():
            return None
        return Layer(smear(sprite, way_px(actor, camera, self.conditions.exposure_s)), actor.cls)

    def _props(self, camera: Camera) -> tuple[list[Layer], np.ndarray]:
        """Layers and shadow mask of what stands still, kept while the camera does."""
        if self._still is None or self._still[0] != camera:
            props = [p for p in self.layout.props if np.hypot(p.x - camera.x, p.y - camera.y) > p.clear_m]
            sprites = [self._sprite(p.solid, p.x, p.y, p.heading, camera) for p in props]
            shadow = np.zeros((camera.height, camera.width), np.uint8)
            if self.conditions.shadow:
                for p in (p for p in props if p.shadow):
                    cast(shadow, p.solid, p.x, p.y, p.heading, self.conditions.sun, camera)
            self._still = camera, [Layer(sprite) for sprite in sprites if sprite], shadow
        return self._still[1], self._still[2]

    def _ground(self, camera: Camera, prop_shadow: np.ndarray, solids) -> np.ndarray:
        """Ground, shadows, haze, sky and backdrop: float32 [h, w, 3]."""
        conditions = self.conditions
        frame = self.layout.ground.view(camera).astype(np.float32)
        if conditions.shadow:
            shadow = prop_shadow.copy()
            for actor, solid in solids:
                cast(shadow, solid, actor.x, actor.y, actor.heading, conditions.sun, camera)
            soft = cv2.GaussianBlur(shadow, (0, 0), SHADOW_BLUR_PX)[..., None].astype(np.float32)
            frame *= 1 - soft * (conditions.shadow / 255)
        clear = np.exp(-conditions.fog_per_m * camera.ground_depth_by_row()).astype(np.float32)[:, None, None]
        frame *= clear
        frame += (1 - clear) * conditions.fog_colour.astype(np.float32)
        self.backdrop.paint(frame, camera, conditions)
        return frame
