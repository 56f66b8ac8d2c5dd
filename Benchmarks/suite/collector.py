"""A real Collector that takes exports and forgets them."""

import os
import shutil
import subprocess
from contextlib import contextmanager

from . import processes
from .namespace import wait_for_listener

PLAIN, TLS = 4390, 4391


def program():
    """The path of the Collector; None if there is none."""
    return os.environ.get("OTELCOL") or shutil.which("otelcol")


def certificate(folder):
    """Makes a certificate for localhost that signs itself; returns its path and that of its key."""
    own, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"]
    line = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*line, *subject, "-out", own, "-keyout", key], check=True, stderr=subprocess.DEVNULL)
    return own, key


@contextmanager
def collector(folder):
    """Runs a Collector with a plain receiver and one with TLS; yields its process."""
    own, key = certificate(folder)
    (folder / "collector.yaml").write_text(f"""
receivers:
  otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{PLAIN}"}}}}}}
  otlp/tls: {{protocols: {{http: {{endpoint: "127.0.0.1:{TLS}", tls: {{cert_file: "{own}", key_file: "{key}"}}}}}}}}
exporters: {{nop: {{}}}}
service:
  pipelines: {{metrics: {{receivers: [otlp, otlp/tls], exporters: [nop]}}}}
  telemetry: {{metrics: {{level: none}}, logs: {{level: error}}}}
""")
    with processes.running([program(), "--config", folder / "collector.yaml"], stderr=None) as process:
        for port in PLAIN, TLS:
            wait_for_listener(port)
        yield process
