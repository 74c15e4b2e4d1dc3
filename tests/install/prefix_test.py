"""`cmake --install` into a prefix that is then moved: everything is found, and a policy in a
project of its own builds against it, loads into `rhumb replay` and keeps the policy contract."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BUILD = os.environ["RHUMB_BUILD"]
SOURCE = os.environ["RHUMB_SOURCE"]
CMAKE = os.environ.get("CMAKE", "cmake")
REPLAY = (
    "replay",
    "--topology",
    "abilene",
    "--traffic",
    "abilene-2004",
    "--intervals",
    "0:3",
    "--output",
    "json",
)


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    if done.returncode:
        raise AssertionError(
            f"{' '.join(map(str, command))}: exit code {done.returncode}\n"
            f"{done.stdout}{done.stderr}"
        )
    return done.stdout


class PrefixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="rhumb-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.scratch, ignore_errors=True)
        run(CMAKE, "--install", BUILD, "--prefix", cls.scratch / "first")
        cls.unit = (cls.scratch / "first/lib/systemd/system/rhumb.service").read_text(
            encoding="utf-8"
        )
        cls.prefix = cls.scratch / "moved"
        (cls.scratch / "first").rename(cls.prefix)
        cls.rhumb = cls.prefix / "bin/rhumb"

    def test_the_unit_names_the_prefix_it_was_installed_into(self):
        first = self.scratch / "first"
        self.assertIn(
            f"ExecStart={first}/bin/rhumb serve --config {first}/etc/rhumb/rhumb.toml", self.unit
        )
        self.assertNotIn("@", self.unit)

    def test_a_second_installation_keeps_the_configuration(self):
        staged = self.scratch / "staged"
        environment = {**os.environ, "DESTDIR": str(staged)}
        install = (CMAKE, "--install", BUILD, "--prefix", "/usr", "--component", "rhumb")
        run(*install, env=environment)
        configuration = staged / "etc/rhumb/rhumb.toml"
        self.assertIn('path = "/var/lib/rhumb/store"', configuration.read_text(encoding="utf-8"))
        configuration.write_text("# mine\n", encoding="utf-8")

        run(*install, env=environment)

        self.assertEqual(configuration.read_text(encoding="utf-8"), "# mine\n")
        self.assertTrue((staged / "usr/bin/rhumb").exists())

    def test_data_modules_and_worker_are_found_in_a_moved_prefix(self):
        networks = json.loads(run(self.rhumb, "topo", "list", "--output", "json", cwd="/"))
        self.assertGreater(len(networks["topologies"]), 5)
        run(self.rhumb, *REPLAY, "--policies", "ecmp,neural", cwd="/")
        run(
            self.rhumb,
            *REPLAY,
            "--policies",
            "ecmp",
            "--simulator",
            "ns3",
            "--seeds",
            "2",
            "--warm-up",
            "100ms",
            "--measure",
            "200ms",
            "--drain",
            "1s",
            cwd="/",
        )
        run(
            self.rhumb,
            "train",
            "--stage",
            "flow",
            "--minutes",
            "0.01",
            "--config",
            "default",
            "--out",
            self.scratch / "agent",
            cwd="/",
        )

    def test_a_prefix_without_data_says_where_it_looked(self):
        bare = self.scratch / "bare"
        (bare / "bin").mkdir(parents=True)
        shutil.copy(self.rhumb, bare / "bin/rhumb")
        for command, place in (
            ("topo list", "share/rhumb/topologies"),
            ("traffic describe x", "share/rhumb/topologies"),
            (" ".join(REPLAY) + " --policies neural", "lib/rhumb"),
        ):
            done = subprocess.run(
                [bare / "bin/rhumb", *command.split()], capture_output=True, text=True, check=False
            )
            self.assertEqual(done.returncode, 1, command)
            self.assertEqual(done.stdout, "", command)
            self.assertIn(f"{bare}/{place}", done.stderr)
            self.assertIn("install the package rhumb,", done.stderr)

    def test_every_contract_compiles_from_its_installed_header(self):
        testing = self.prefix / "include/rhumb/testing"
        contracts = sorted(testing.rglob("*_contract.h"))
        self.assertEqual(
            sorted(contract.stem for contract in contracts),
            ["environment_contract", "policy_contract", "simulator_contract", "store_contract"],
        )
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.prefix / "lib/pkgconfig")}
        flags = run("pkg-config", "--cflags", "rhumb", env=environment).split()
        for header in contracts + sorted(testing.rglob("fake_*.h")):
            run("c++", "-std=c++17", "-fsyntax-only", f"-I{testing}", *flags, "-x", "c++", header)

    def test_a_policy_outside_the_tree_builds_keeps_the_contract_and_replays(self):
        build = self.scratch / "outside"
        run(
            CMAKE,
            "-G",
            "Ninja",
            "-S",
            f"{SOURCE}/tests/outside_policy",
            "-B",
            build,
            f"-DCMAKE_PREFIX_PATH={self.prefix}",
        )
        self.assertIn(
            f"rhumb_DIR:PATH={self.prefix}", (build / "CMakeCache.txt").read_text(encoding="utf-8")
        )
        run(CMAKE, "--build", build, "-j", "2")
        self.assertIn("[  PASSED  ]", run(build / "contract_test"))
        symbols = run("nm", "-DC", "--defined-only", build / "librhumb_fewest_hops.so")
        self.assertNotIn(
            "descriptor_table", symbols
        )  # protobuf code registers itself once a process

        result = json.loads(
            run(
                self.rhumb,
                *REPLAY,
                "--policies",
                "shortest-path:hops,./librhumb_fewest_hops.so",
                cwd=build,
            )
        )

        theirs, ours = result["policies"]
        self.assertEqual(theirs["mlu"], ours["mlu"])

    def test_pkg_config_describes_the_same_libraries(self):
        source = self.scratch / "plain.cc"
        shutil.copy(f"{SOURCE}/tests/outside_policy/fewest_hops.cc", source)
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.prefix / "lib/pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "rhumb", env=environment).split()
        module = self.scratch / "librhumb_fewest_hops.so"
        run("c++", "-std=c++17", "-O1", "-fPIC", "-shared", source, "-o", module, *flags)
        run(self.rhumb, *REPLAY, "--policies", module, cwd="/")


if __name__ == "__main__":
    unittest.main(verbosity=2)
