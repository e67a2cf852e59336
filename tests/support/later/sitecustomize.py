"""Python reads this as it starts, where this folder is on its path: the one clock is ahead by DAYS_LATER days."""

import os
from contextvars import ContextVar
from datetime import timedelta

from groundwork.core import clock

clock._shift = ContextVar("clock_shift", default=timedelta(days=int(os.environ["DAYS_LATER"])))
