"""Refuse a run-time dependency under GPL or AGPL, or one that states no licence at all.

LGPL and MPL are used unmodified. Tools of developers may have any licence: they are not shipped.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

REFUSED = re.compile(r"\b(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)
ALLOWED = re.compile(r"\bLGPL|GNU Lesser|GNU Library", re.IGNORECASE)


def closure(name: str) -> dict[str, Distribution]:
    """Everything that ``name`` needs at run time, on this system."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(name)]
    while waiting:
        wanted = waiting.pop()
        key = f"{wanted.name.lower()}[{','.join(sorted(wanted.extras))}]"
        if key in found:
            continue
        try:
            found[key] = distribution(wanted.name)
        except PackageNotFoundError:
            continue  # another system's
        for text in found[key].requires or []:
            requirement = Requirement(text)
            extras = wanted.extras or {""}
            if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(requirement)
    return found


def licence_of(package: Distribution) -> str:
    """What the package says of itself: the SPDX expression, else the classifiers, else the old field."""
    if expression := package.metadata.get("License-Expression"):
        return expression
    classifiers = [line for line in package.metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    if stated := ", ".join(line.rpartition(" :: ")[2] for line in classifiers):
        return stated
    lines = (package.metadata.get("License") or "").strip().splitlines()
    return lines[0] if lines else ""


def main() -> int:
    faults = 0
    for key, package in sorted(closure("groundwork").items()):
        licence = licence_of(package)
        wrong = not licence or (REFUSED.search(licence) and not ALLOWED.search(licence))
        faults += bool(wrong)
        if wrong or "--list" in sys.argv:
            stated = f"{licence or 'states no licence'}{'  REFUSED' if wrong else ''}"
            print(f"{key.removesuffix('[]')} {package.version}: {stated}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
