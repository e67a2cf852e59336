"""The commands that belong to no room. Each module has ``run(args) -> int``."""
