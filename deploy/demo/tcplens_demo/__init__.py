"""Parts of a demonstration: a service, its clients, tcplens, a Collector and a backend, and faults of TCP.

Each module has one idea. `README.md` beside this package says how to use them.
"""
