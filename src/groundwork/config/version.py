"""Which Groundwork this is."""

from importlib.metadata import PackageNotFoundError, version


def installed() -> str:
    try:
        return version("groundwork")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"


VERSION = installed()
