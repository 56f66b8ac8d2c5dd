"""Connections that begin, wait and end in rare ways that the kernel intends.

Usage: controls.py SCENARIO     in a network namespace of its own, because it changes settings, links and rules there

A scenario is a function of a module that this file imports. When nothing more will happen, it prints as JSON what there
is to count, and keeps its sockets until its input ends:

    client, server          handshakes that succeed
    refused, reset, …       failed handshakes of clients, by error.type
    A>B                     changes of state
    sent, received          bytes of data
    reset_in                resets that arrive

What is left out is zero. Changes of state that are left out are not compared.
"""

import json
import sys

sys.dont_write_bytecode = True

import aborts
import beginnings
import endings

if __name__ == "__main__":
    scenarios = {**vars(aborts), **vars(beginnings), **vars(endings)}
    print(json.dumps(scenarios[sys.argv[1]]()), flush=True)
    sys.stdin.read()
