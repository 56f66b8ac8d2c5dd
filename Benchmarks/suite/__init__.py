"""What the benchmarks share. Benchmarks/README.md explains how to read what they print."""
