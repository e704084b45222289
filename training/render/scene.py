"""A scene: a layout with traffic under some conditions, drawn by a camera with exact truth."""

import cv2
import numpy as np

from . import lens
from .backdrop import Backdrop
from .camera import Camera
from .conditions import Conditions
from .furniture import Prop
from .ground import lamp_light
from .layout import Layout
from .sprites import Shading, Sprite, rasterise
from .solids import place
from .traffic import Actor, Traffic
from .truth import Instance, judge, visible_box

MIN_DRAWN_PX = (3.0, 6.5)  # narrower or lower objects are not drawn at all: nothing is too small to judge
LAMP_COLOUR = np.array([0.55, 0.8, 0.95])
SNOW_COLOUR = np.array([225, 220, 215.0])


class Scene:
    """Everything fixed for a scene; `frame` draws the traffic's present state."""

    def __init__(self, layout: Layout, conditions: Conditions, rng: np.random.Generator):
        self.layout, self.conditions = layout, conditions
        self.backdrop = Backdrop(rng)
        self.lamps = layout.lamp_array() if conditions.night else np.empty((0, 2))
        layout.ground.texture(rng, rng.uniform(0.02, 0.06), rng.uniform(0.04, 0.12))
        if conditions.snow_cover:
            layout.ground.cover(rng, SNOW_COLOUR, conditions.snow_cover)
        layout.ground.light(conditions.ground_light, self.lamps, LAMP_COLOUR)
        self._still: tuple[Camera, list[Sprite], np.ndarray] | None = None

    def frame(self, traffic: Traffic, camera: Camera, rng: np.random.Generator) -> tuple[np.ndarray, list[Instance]]:
        """The picture uint8 BGR [h, w, 3] and what is seen in it."""
        prop_sprites, prop_shadow = self._props(camera)
        solids = [(actor, actor.solid()) for actor in traffic.actors]
        frame = self._ground(camera, prop_shadow, solids)
        pairs = [(sprite, None) for sprite in prop_sprites]
        for actor, solid in solids:
            sprite = rasterise(solid, actor.x, actor.y, actor.heading, camera, self._shading(actor.x, actor.y))
            if sprite and sprite.box[2] - sprite.box[0] >= MIN_DRAWN_PX[0] and sprite.box[3] - sprite.box[1] >= MIN_DRAWN_PX[1]:
                pairs.append((self._smear(sprite, actor, camera), actor))
        instances = self._compose(frame, camera, sorted(pairs, key=lambda pair: -pair[0].depth))
        return lens.develop(frame, rng, self.conditions), instances

    def _shading(self, x: float, y: float) -> Shading:
        lamp = lamp_light(np.array([[x, y]]), self.lamps)[0]
        return Shading(self.conditions.sun, self.conditions.direct, self.conditions.ambient + lamp * LAMP_COLOUR)

    def _props(self, camera: Camera) -> tuple[list[Sprite], np.ndarray]:
        """Sprites and shadow mask of what stands still, kept while the camera does."""
        if self._still is None or self._still[0] != camera:
            props = [p for p in self.layout.props if np.hypot(p.x - camera.x, p.y - camera.y) > p.clear_m]
            drawn = [rasterise(p.solid, p.x, p.y, p.heading, camera, self._shading(p.x, p.y)) for p in props]
            shadow = np.zeros((camera.height, camera.width), np.uint8)
            for prop in props:
                if prop.shadow:
                    self._cast(shadow, prop.solid, prop, camera)
            self._still = camera, [sprite for sprite in drawn if sprite], shadow
        return self._still[1], self._still[2]

    def _cast(self, shadow: np.ndarray, solid, where: Prop | Actor, camera: Camera) -> None:
        """The shadow on the ground: parts moved along the sun's ray to z = 0, part by part."""
        if not self.conditions.shadow:
            return
        sun = self.conditions.sun
        parts = [points for points, _, _ in solid.faces] + [np.stack([a, b]) for a, b, _, _ in solid.capsules]
        world = place(np.concatenate(parts), where.x, where.y, where.heading)
        flat = world - world[:, 2:] / max(sun[2], 0.2) * sun
        flat[:, 2] = 0
        pixels = camera.project(flat)
        if pixels[:, 2].min() < 1 or np.abs(pixels[:, :2]).max() > 3000:
            return
        hull = cv2.convexHull(np.round(pixels[:, :2] * 8).astype(np.int32))
        cv2.fillConvexPoly(shadow, hull, 255, cv2.LINE_8, 3)

    def _ground(self, camera: Camera, prop_shadow: np.ndarray, solids) -> np.ndarray:
        frame = self.layout.ground.view(camera).astype(np.float32)
        shadow = prop_shadow.copy()
        for actor, solid in solids:
            self._cast(shadow, solid, actor, camera)
        if self.conditions.shadow:
            frame *= 1 - cv2.GaussianBlur(shadow, (0, 0), 1.2)[..., None].astype(np.float32) * (self.conditions.shadow / 255)
        clear = np.exp(-self.conditions.fog_per_m * camera.ground_depth_by_row()).astype(np.float32)[:, None, None]
        frame *= clear
        frame += (1 - clear) * self.conditions.fog_colour.astype(np.float32)
        self.backdrop.paint(frame, camera, self.conditions)
        return frame

    def _smear(self, sprite: Sprite, actor: Actor, camera: Camera) -> Sprite:
        """Motion blur: averages along the way that the object went during the exposure."""
        reach = actor.speed * self.conditions.exposure_s
        ends = np.array([[actor.x, actor.y, 0.7], [actor.x - np.cos(actor.heading) * reach, actor.y - np.sin(actor.heading) * reach, 0.7]])
        pixels = camera.project(ends)
        step = pixels[1, :2] - pixels[0, :2]
        length = float(np.abs(step).max())
        if not 1.2 < length < 24:
            return sprite
        size = int(np.ceil(length)) // 2 * 2 + 1
        kernel = np.zeros((size, size), np.float32)
        middle, half = size // 2, step / 2
        cv2.line(kernel, tuple(np.round(middle - half).astype(int).tolist()), tuple(np.round(middle + half).astype(int).tolist()), 1)
        kernel /= kernel.sum()
        return Sprite(cv2.filter2D(sprite.colour, -1, kernel), cv2.filter2D(sprite.coverage, -1, kernel), sprite.left, sprite.top, sprite.box, sprite.depth)

    def _compose(self, frame: np.ndarray, camera: Camera, pairs) -> list[Instance]:
        """Lays sprites over the frame from far to near, keeping an id mask; then judges each object."""
        ids = np.zeros((camera.height, camera.width), np.int16)
        placed = []
        for number, (sprite, actor) in enumerate(pairs, start=1):
            rows = slice(max(sprite.top, 0), min(sprite.top + sprite.coverage.shape[0], camera.height))
            columns = slice(max(sprite.left, 0), min(sprite.left + sprite.coverage.shape[1], camera.width))
            if rows.start >= rows.stop or columns.start >= columns.stop:
                continue
            inner = slice(rows.start - sprite.top, rows.stop - sprite.top), slice(columns.start - sprite.left, columns.stop - sprite.left)
            coverage = sprite.coverage[inner]
            clear = float(np.exp(-self.conditions.fog_per_m * sprite.depth))
            haze = self.conditions.fog_colour.astype(np.float32) * (1 - clear)
            region = frame[rows, columns]
            region *= 1 - coverage[..., None]
            region += sprite.colour[inner] * clear + coverage[..., None] * haze
            ids[rows, columns][coverage >= 0.5] = number if actor else 0
            if actor:
                placed.append((number, sprite, actor, rows, columns))
        return [found for found in (self._judge(ids, camera, *entry) for entry in placed) if found]

    def _judge(self, ids: np.ndarray, camera: Camera, number: int, sprite: Sprite, actor: Actor, rows: slice, columns: slice) -> Instance | None:
        seen = ids[rows, columns] == number
        box = visible_box(seen, columns.start, rows.start, sprite.box, camera.width, camera.height)
        if box is None:
            return None
        return judge(actor.cls, box, int(seen.sum()), int((sprite.coverage >= 0.5).sum()))
