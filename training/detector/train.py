"""Trains one detector: AdamW, warm-up and cosine, an average of the weights, checkpoints that resume."""

import copy
import math
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from ..render.layout import CLASSES
from .loader import batches
from .losses import BOX_WEIGHT, box_loss, focal
from .networks import Recipe, decode_boxes

WEIGHT_DECAY = 0.01
WARM_UP_STEPS = 200
CLIP_NORM = 10.0
AVERAGE_DECAY = 0.998
CHECKPOINT_EVERY = 250


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then half a cosine down to one per cent."""
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    share = step / recipe.steps
    return recipe.peak_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


class Trainer:
    """Weights, their running average and the optimiser; `state` holds all that a resumed run needs."""

    def __init__(self, recipe: Recipe):
        torch.manual_seed(recipe.seed)
        self.recipe, self.step = recipe, 0
        self.network = recipe.network(len(CLASSES)).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval()
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=recipe.peak_rate, weight_decay=WEIGHT_DECAY)

    def save(self, path: Path) -> None:
        part = path.with_suffix(".part")
        torch.save(
            {
                "step": self.step,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
            },
            part,
        )
        part.rename(path)

    def load(self, path: Path) -> None:
        state = torch.load(path, map_location="cpu")
        self.step = state["step"]
        for name in ("network", "average", "optimiser"):
            getattr(self, name).load_state_dict(state[name])

    def update(self, images, heat, weigh, boxes, box_weight) -> tuple[float, float]:
        """One step; returns the two losses."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.recipe, self.step)
        pixels = images.float().div_(255).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            logits, raw = self.network(pixels)
        heat_loss = focal(logits.float(), heat, weigh)
        shape_loss = box_loss(decode_boxes(raw.float(), 1), boxes, box_weight)
        self.optimiser.zero_grad(set_to_none=True)
        (heat_loss + BOX_WEIGHT * shape_loss).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), CLIP_NORM)
        self.optimiser.step()
        self.step += 1
        self._follow()
        return heat_loss.item(), shape_loss.item()

    @torch.no_grad()
    def _follow(self) -> None:
        """Moves the average; early on it follows faster, so that it forgets the start."""
        decay = min(AVERAGE_DECAY, self.step / (self.step + 10))
        for mean, value in zip(self.average.state_dict().values(), self.network.state_dict().values()):
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)


def train(recipe: Recipe, pictures: Path, checkpoint: Path) -> nn.Module:
    """Goes on from the checkpoint, if there is one, to the recipe's last step; returns the averaged network."""
    torch.set_num_threads(1)
    trainer = Trainer(recipe)
    if checkpoint.exists():
        trainer.load(checkpoint)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    with tqdm(total=recipe.steps, initial=trainer.step, desc=f"train {recipe.name}", unit="step") as bar:
        if trainer.step < recipe.steps:
            for batch in batches(pictures, recipe, trainer.step):
                losses = trainer.update(*batch)
                bar.update()
                if trainer.step % 50 == 0:
                    bar.set_postfix_str(f"heat {losses[0]:.2f} box {losses[1]:.2f}")
                if trainer.step % CHECKPOINT_EVERY == 0:
                    trainer.save(checkpoint)
    trainer.save(checkpoint)
    return trainer.average
