"""What all tests share: how hypothesis searches. The automatic check draws the same examples every time.

A shell lets what it starts in the background ignore Ctrl-C, and programs hand that on; tests of Ctrl-C need it heard.
"""

import os
import signal

from hypothesis import settings

settings.register_profile("local", deadline=None)
settings.register_profile("check", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("check" if os.environ.get("CI") else "local")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
