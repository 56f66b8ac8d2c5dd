"""Tests of the alerts and recording rules in deploy/prometheus."""
