"""Requirements that others wrote: artefacts of two levels with their links, user stories, labelled requirements."""

from groundwork.records.imports.layouts import layouts
from groundwork.rollout.chain.presets.labelled import Labelled
from groundwork.rollout.chain.presets.stories import Stories
from groundwork.rollout.chain.presets.traced import Traced

for layout in (Traced, Stories, Labelled):
    layouts.add(layout)
