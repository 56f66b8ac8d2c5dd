"""Makes, uses and ends connections in unusual ways, for tests that compare what tcplens reports.

Usage: unusual.py SCENARIO     in a network namespace of its own, because it changes settings and rules there

A scenario is a function of a module that this file imports. It ends when nothing more will happen, and prints as JSON
what there was to count. Some print `ready` instead, and stay until their input ends.
"""

import json
import sys

sys.dont_write_bytecode = True

import busy
import handshakes
import segments
import services

if __name__ == "__main__":
    scenarios = {**vars(busy), **vars(handshakes), **vars(segments), **vars(services)}
    print(json.dumps(scenarios[sys.argv[1]]()))
