"""Tests deploy/sbom/make with the release build."""

import hashlib
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build/release/tcplens"


def make(*arguments):
    return subprocess.run([ROOT / "deploy/sbom/make", *arguments], capture_output=True, text=True, check=False)


class SBOMTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        result = make(PROGRAM)
        assert result.returncode == 0, result.stderr
        cls.text, cls.list = result.stdout, json.loads(result.stdout)
        cls.parts = {part["bom-ref"]: part for part in cls.list["components"]}

    def named(self, name):
        return next((part for part in self.list["components"] if part["name"] == name), None)

    def test_is_valid(self):
        self.assertIsNone(JsonStrictValidator(SchemaVersion.V1_6).validate_str(self.text))

    def test_an_invalid_one_is_found(self):
        wrong = self.list | {"components": [{"name": "no type"}]}
        self.assertIsNotNone(JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(wrong)))

    def test_is_of_this_program(self):
        subject = self.list["metadata"]["component"]
        self.assertEqual(subject["hashes"][0]["content"], hashlib.sha256(PROGRAM.read_bytes()).hexdigest())
        version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        self.assertEqual(subject["version"], version)

    def test_has_each_bpf_object_with_the_hash_of_what_is_loaded(self):
        program = PROGRAM.read_bytes()
        for source in (ROOT / "bpf").glob("*.bpf.c"):
            part = self.named(f"{source.name.removesuffix('.c')}.o")
            self.assertIsNotNone(part, source.name)
            files = ROOT.glob(f".build/plugins/outputs/*/CProbes/destination/BPFObjects/{part['name']}")
            objects = {hashlib.sha256(data).hexdigest(): data for data in (file.read_bytes() for file in files)}
            self.assertIn(part["hashes"][0]["content"], objects)
            self.assertIn(objects[part["hashes"][0]["content"]], program)

    def test_has_each_swift_package_and_each_library(self):
        for pin in json.loads((ROOT / "Package.resolved").read_text())["pins"]:
            part = self.named(pin["identity"])
            self.assertIsNotNone(part, pin["identity"])
            self.assertEqual(part["version"], pin["state"]["version"])
        needed = subprocess.run(["readelf", "-d", PROGRAM], capture_output=True, text=True, check=True).stdout
        for library in ("libbpf", "libcurl", "libprotobuf-c", "libyaml", "libz.so"):
            self.assertIn(library, needed)
        for package in ("libbpf1", "libcurl4", "libprotobuf-c1", "libyaml-0-2", "zlib1g", "libc6", "swift"):
            self.assertIsNotNone(self.named(package), package)

    def test_everything_has_a_licence(self):
        for part in self.list["components"]:
            self.assertTrue(part.get("licenses"), part["name"])

    def test_depends_on_everything(self):
        self.assertEqual(set(self.list["dependencies"][0]["dependsOn"]), set(self.parts))

    def test_same_build_gives_same_bytes(self):
        self.assertEqual(make(PROGRAM).stdout, self.text)

    def test_linked_packages_are_listed(self):
        parts = json.loads(make(PROGRAM, "libbpf-dev").stdout)["components"]
        self.assertTrue(any(part["name"] == "libbpf-dev" and "Linked" in part["description"] for part in parts))

    def test_another_program_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            other = shutil.copy(PROGRAM, folder)
            data = bytearray(pathlib.Path(other).read_bytes())
            elf = next(iter(ROOT.glob(".build/plugins/outputs/*/CProbes/destination/BPFObjects/agent.bpf.o")))
            place = data.find(elf.read_bytes())
            self.assertGreaterEqual(place, 0)
            data[place + 100] ^= 1
            pathlib.Path(other).write_bytes(data)
            result = make(other)
            self.assertEqual(result.returncode, 1)
            self.assertIn("agent.bpf.o as last built is not in", result.stderr)

    def test_wrong_usage(self):
        for arguments in ((), ("/nowhere",)):
            self.assertEqual(make(*arguments).returncode, 2)


if __name__ == "__main__":
    unittest.main()
