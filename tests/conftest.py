"""What all tests share: how hypothesis searches. The automatic check draws the same examples every time."""

import os

from hypothesis import settings

settings.register_profile("local", deadline=None)
settings.register_profile("check", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("check" if os.environ.get("CI") else "local")
