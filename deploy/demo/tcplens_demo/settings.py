"""Settings that a running program takes from its standard input, a JSON object a line."""

import json
import sys
import threading
import types


def following(apply=None, **defaults):
    """Returns settings that change with each line. `apply(settings)` is called after a change.

    When the input ends, `settings.ended` is set.
    """
    settings = types.SimpleNamespace(**defaults, ended=threading.Event())

    def read():
        for line in sys.stdin:
            for name, value in json.loads(line).items():
                setattr(settings, name, value)
            if apply:
                apply(settings)
        settings.ended.set()

    threading.Thread(target=read, daemon=True).start()
    return settings
