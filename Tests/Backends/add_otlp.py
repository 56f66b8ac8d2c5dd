#!/usr/bin/env python3
"""Puts the OTLP receiver back into Debian's source of Prometheus, which leaves it out.

Usage: add_otlp.py DEBIAN UPSTREAM    (two trees of the same version)

What is put back is upstream's, from the same Debian source package. Left out is only the conversion of delta to
cumulative metrics, which needs a library that Debian does not have.
"""

import pathlib
import re
import shutil
import sys


def edit(path, *edits):
    """Replaces texts in a file; each must be there."""
    text = path.read_text()
    for pattern, replacement in edits:
        text, count = re.subn(pattern, lambda match: match.expand(replacement), text, flags=re.DOTALL)
        if not count:
            sys.exit(f"{path}: nothing matches {pattern}")
    path.write_text(text)


def main():
    debian, upstream = map(pathlib.Path, sys.argv[1:])
    for name in [
        "storage/remote/otlptranslator",
        "storage/remote/write_handler.go",
        "storage/remote/codec.go",
        "web/api/v1/api.go",
        "prompb/io",
    ]:
        source, target = upstream / name, debian / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*_test.go"))
        else:
            shutil.copy(source, target)

    edit(
        debian / "storage/remote/write_handler.go",
        (r'\n\tdeltatocumulative "[^"]*"', ""),
        (r'\n\t"go.opentelemetry.io/collector/component"', ""),
        (r'\n\t"go.opentelemetry.io/collector/processor"', ""),
        (r'\n\t"go.opentelemetry.io/otel/metric/noop"', ""),
        (r"\n\tif opts.ConvertDelta \{.*?\n\t\}\n", ""),
    )
    # Debian's library of translations is newer than this Prometheus: names can be refused.
    folder = debian / "storage/remote/otlptranslator/prometheusremotewrite"
    edit(
        folder / "helper.go",
        (r'\n\t"github.com/prometheus/otlptranslator"', ""),
        (r"otlptranslator\.NormalizeLabel", "normalizeLabel"),
    )
    edit(folder / "metrics_to_prw.go", (r"promName := namer\.Build", "promName, _ := namer.Build"))
    for path in folder.glob("*.go"):
        text = path.read_text()
        text = re.sub(r'\n\tconventions "[^"]*"', "", text)
        for constant, key in {
            "AttributeServiceName": "service.name",
            "AttributeServiceNamespace": "service.namespace",
            "AttributeServiceInstanceID": "service.instance.id",
        }.items():
            text = re.sub(rf"conventions\.{constant}\b", f'"{key}"', text)
        path.write_text(text)
    (folder / "normalize.go").write_text(
        """package prometheusremotewrite

import "github.com/prometheus/otlptranslator"

func normalizeLabel(label string) string {
	namer := otlptranslator.LabelNamer{UnderscoreLabelSanitization: true, PreserveMultipleUnderscores: true}
	name, _ := namer.Build(label)
	return name
}
"""
    )
    edit(
        debian / "web/web.go",
        (r"(\n\tEnableRemoteWriteReceiver +bool)", r"\1\n\tEnableOTLPWriteReceiver bool"),
        (r"if o\.EnableRemoteWriteReceiver \{", "if o.EnableRemoteWriteReceiver || o.EnableOTLPWriteReceiver {"),
    )
    # The API takes three more arguments, behind the one that enables remote write.
    wanted = upstream / "web/web.go"
    before = re.search(r"\n(\t+[^\n]*\n)\t+o\.EnableOTLPWriteReceiver,\n", wanted.read_text()).group(1)
    edit(
        debian / "web/web.go",
        (re.escape(before), before.replace("\\", r"\\") + "\t\to.EnableOTLPWriteReceiver,\n\t\tfalse,\n\t\tfalse,\n"),
    )
    edit(
        debian / "cmd/prometheus/main.go",
        (
            r'(\n\ta\.Flag\("web\.console\.templates")',
            r'\n\ta.Flag("web.enable-otlp-receiver", "Enable API endpoint accepting OTLP write requests.").'
            r'\n\t\tDefault("false").BoolVar(&cfg.web.EnableOTLPWriteReceiver)\n\1',
        ),
    )


main()
