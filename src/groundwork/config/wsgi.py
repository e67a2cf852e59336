"""The door for web servers."""

import gc
import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groundwork.config.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # what is loaded stays: no round of the collector walks it again, in the midst of a page
logging.getLogger("groundwork.audit").setLevel(logging.INFO)  # servers say where the audit log ends, commands do not
