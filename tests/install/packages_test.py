"""The Debian packages as somebody has them who never saw the sources: built, checked with lintian,
installed with dpkg into a root of their own in which source and build tree are hidden, used, and
purged again.

The root is this machine's file system under an overlay whose changes go to memory, seen through a
mount namespace; the machine itself is not changed. Skipped, with the reason, where that is not
possible."""
import configparser
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

BUILD = os.environ["RHUMB_BUILD"]
SOURCE = os.environ["RHUMB_SOURCE"]
INSIDE = "RHUMB_PACKAGES_TEST_INSIDE"
REPLAY = "rhumb replay --topology abilene --traffic abilene-2004 --intervals 0:3 --output json"
NS3 = "--simulator ns3 --seeds 2 --warm-up 100ms --measure 200ms --drain 1s"
# What dpkg, ldconfig and others keep of every package that ever was installed; the user stays, as
# in all of Debian.
KEPT = re.compile(
    r"var/(lib/dpkg|log|cache)(/|$)|etc/(passwd|group|shadow|gshadow)-?$|"
    r"etc/(ld\.so\.cache|\.pwd\.lock)$"
)


def why_not():
    """None when this machine can do it."""
    if os.geteuid() != 0:
        return "needs root for mount namespaces"
    for program, package in {
        "cpack": "cmake",
        "dpkg-shlibdeps": "dpkg-dev",
        "file": "file",
        "lintian": "lintian",
        "unshare": "util-linux",
        "ip": "iproute2",
    }.items():
        if shutil.which(program) is None:
            return f"{program} is missing (Debian package {package}; scripts/setup installs it)"
    with tempfile.TemporaryDirectory(prefix="rhumb-try-") as scratch:
        tried = subprocess.run(
            [
                "unshare",
                "--mount",
                "--net",
                "sh",
                "-ec",
                f"mount -t tmpfs tmpfs {scratch}; cd {scratch}; mkdir upper work root; "
                "mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root; "
                "chroot root true",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    return (
        f"overlays in a mount namespace do not work here: {tried.stderr.strip()}"
        if tried.returncode
        else None
    )


def run(*command, check=True, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    if check and done.returncode:
        raise AssertionError(
            f"{' '.join(map(str, command))}: exit code {done.returncode}\n"
            f"{done.stdout}{done.stderr}"
        )
    return done


class Root:
    """The root that packages are installed into. Lives as long as this mount namespace."""

    def __init__(self):
        scratch = pathlib.Path(tempfile.mkdtemp(prefix="rhumb-root-"))
        run("mount", "-t", "tmpfs", "tmpfs", scratch)
        self.upper, self.path, work = scratch / "upper", scratch / "root", scratch / "work"
        for directory in (self.upper, self.path, work):
            directory.mkdir()
        run(
            "mount",
            "-t",
            "overlay",
            "overlay",
            "-o",
            f"lowerdir=/,upperdir={self.upper},workdir={work}",
            self.path,
        )
        for directory in ("proc", "sys", "dev"):
            run("mount", "--rbind", f"/{directory}", self.path / directory)
        for directory in ("tmp", "run", SOURCE.lstrip("/"), BUILD.lstrip("/")):
            if (self.path / directory).exists():
                run("mount", "-t", "tmpfs", "tmpfs", self.path / directory)
        run("chmod", "1777", self.path / "tmp")

    def run(self, command, check=True, **options):
        """In a shell in the root, with nothing of the build in its environment."""
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": "/root",
        }
        return run(
            "chroot",
            self.path,
            "sh",
            "-ec",
            f"cd /; {command}",
            check=check,
            env=environment,
            **options,
        )

    def install(self, *packages):
        for package in packages:
            shutil.copy(package, self.path / "tmp")
        return self.run("dpkg -i " + " ".join(f"/tmp/{package.name}" for package in packages))

    def changed_files(self):
        """Below the root, without what every package leaves behind."""
        found = []
        for directory, names, files in os.walk(self.upper):
            at = pathlib.Path(directory).relative_to(self.upper)
            for name in files + [
                name for name in names if not os.path.isdir(self.path / at / name)
            ]:
                if (self.path / at / name).exists():
                    found.append(str(at / name))
            found += [
                f"{at / name}/"
                for name in names
                if not os.path.isdir(f"/{at / name}") and (self.path / at / name).exists()
            ]
        return sorted(name for name in found if not KEPT.search(name.rstrip("/")))


def sandboxed(unit, command):
    """A shell command that runs `command` as systemd runs the unit's: its user, nothing writable
    but its directories, no capabilities, no devices, no homes."""
    service = unit["Service"]
    for setting, value in {
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "User": "rhumb",
    }.items():
        if service.get(setting) != value:
            raise AssertionError(
                f"the unit no longer says {setting}={value}; change this sandbox with it"
            )
    user, state, runtime = (
        service["User"],
        f"/var/lib/{service['StateDirectory']}",
        f"/run/{service['RuntimeDirectory']}",
    )
    script = f"""
        umask {service['UMask']}
        mkdir -p {state} {runtime}
        chmod {service['StateDirectoryMode']} {state}
        chown {user}:{user} {state} {runtime}
        mount --bind {state} {state}
        mount --bind {runtime} {runtime}
        mount -t tmpfs -o mode=1777 tmpfs /tmp
        mount -t tmpfs -o mode=0000 tmpfs /home
        mount -t tmpfs -o mode=0000 tmpfs /root
        mkdir /tmp/dev
        for device in null zero random urandom; do
            touch /tmp/dev/$device
            mount --bind /dev/$device /tmp/dev/$device
        done
        mount --rbind /tmp/dev /dev
        mount -o remount,bind,ro /
        mount -o remount,bind,ro /proc
        exec setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs \\
            --bounding-set -all --inh-caps -all {command}"""
    return f"exec unshare --mount --propagation private sh -ec {shlex.quote(script)}"


class PackagesTest(unittest.TestCase):
    """The tests go by the alphabet: one root lives through all of them."""

    @classmethod
    def setUpClass(cls):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="rhumb-packages-"))
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        run("cpack", "--config", f"{BUILD}/CPackConfig.cmake", "-B", directory)
        cls.packages = {path.name.split("_")[0]: path for path in directory.glob("*.deb")}
        run("ip", "link", "set", "lo", "up")
        cls.root = Root()

    def test_1_there_is_a_package_for_every_licence_and_every_heavy_library(self):
        self.assertEqual(
            sorted(self.packages),
            ["python3-rhumb", "rhumb", "rhumb-dev", "rhumb-ns3", "rhumb-training"],
        )
        for name, path in self.packages.items():
            depends = run("dpkg-deb", "--field", path, "Depends").stdout
            self.assertEqual("libns3" in depends, name == "rhumb-ns3", depends)
            self.assertEqual("libtorch" in depends, name == "rhumb-training", depends)
            scratch = pathlib.Path(tempfile.mkdtemp(prefix="rhumb-deb-"))
            self.addCleanup(shutil.rmtree, scratch, ignore_errors=True)
            run("dpkg-deb", "--extract", path, scratch)
            copyright_text = (scratch / f"usr/share/doc/{name}/copyright").read_text(
                encoding="utf-8"
            )
            self.assertEqual("GPL-2.0-only" in copyright_text, name == "rhumb-ns3")
            for file in [
                *scratch.rglob("*.so"),
                *scratch.glob("usr/bin/*"),
                *scratch.glob("usr/libexec/*/rhumb*"),
            ]:
                dynamic = run("readelf", "--dynamic", file).stdout
                self.assertNotRegex(dynamic, "RPATH|RUNPATH", file)
                self.assertNotIn(".symtab", run("readelf", "--sections", file).stdout, file)

    def test_1_manual_pages_and_completion_are_in_the_package(self):
        if subprocess.run(
            [f"{BUILD}/bin/rhumb", "completion", "bash"], capture_output=True, check=False
        ).returncode:
            self.skipTest("this rhumb has no command `completion`, which writes them")
        files = run("dpkg-deb", "--contents", self.packages["rhumb"]).stdout
        for file in (
            "man/man1/rhumb.1.gz",
            "man/man1/rhumb-replay.1.gz",
            "bash-completion/completions/rhumb",
            "zsh/vendor-completions/_rhumb",
        ):
            self.assertIn(f"./usr/share/{file}\n", files)

    def test_2_lintian_finds_no_errors(self):
        found = run(
            "lintian", "--allow-root", "--fail-on", "error", *self.packages.values(), check=False
        )
        print(found.stdout, file=sys.stderr)
        self.assertEqual(found.returncode, 0, found.stdout + found.stderr)

    def test_3_the_program_works_without_source_build_tree_and_ns3(self):
        done = self.root.install(self.packages["rhumb"])
        self.assertNotIn("warning", done.stderr.lower())
        for hidden in (SOURCE, BUILD):
            self.assertEqual(self.root.run(f"ls -A {hidden} 2>/dev/null || true").stdout, "")
        networks = json.loads(self.root.run("rhumb topo list --output json").stdout)
        self.assertGreater(len(networks["topologies"]), 5)
        self.root.run("rhumb traffic describe abilene-2004")
        self.root.run(f"{REPLAY} --policies shortest-path,ecmp,neural,neural:packet,lp-omniscient")

        without_worker = self.root.run(f"{REPLAY} --policies ecmp {NS3}", check=False)
        without_training = self.root.run("rhumb train --minutes 0.01 --out /tmp/agent", check=False)

        self.assertEqual(without_worker.returncode, 1)
        self.assertIn("install the package rhumb-ns3", without_worker.stderr)
        self.assertEqual(without_training.returncode, 1)
        self.assertIn("install the package rhumb-training", without_training.stderr)

    def test_4_ns3_training_and_python_come_with_their_packages(self):
        self.root.install(
            *(
                self.packages[name]
                for name in ("rhumb-ns3", "rhumb-training", "rhumb-dev", "python3-rhumb")
            )
        )
        self.root.run(f"{REPLAY} --policies ecmp {NS3}")
        # The module checks the configuration: what it says shows that it loads.
        (self.root.path / "tmp/train.toml").write_text("nonsense = 1\n", encoding="utf-8")
        training = self.root.run(
            "rhumb train --config /tmp/train.toml --out /tmp/agent", check=False
        )
        self.assertIn("nonsense", training.stderr)
        where = self.root.run(
            "python3 -c 'import rhumb_agent, rhumb_client, rhumb_gym, rhumb_osken.rules; "
            "import rhumb.v1.north_pb2_grpc; "
            "print(rhumb_agent.__file__, rhumb_client.__file__, rhumb_gym.__file__)'"
        ).stdout
        self.assertEqual(where.count("/usr/lib/python3/dist-packages/"), 3, where)
        program = """
import rhumb_gym
env = rhumb_gym.RhumbEnv({"topology": "abilene", "simulator": "flow"})
observation, info = env.reset(seed=1)
env.step(env.action_space.sample())
env.close()
"""
        (self.root.path / "tmp/episode.py").write_text(program, encoding="utf-8")
        self.root.run("python3 /tmp/episode.py")

    def test_5_a_controller_runs_as_the_unit_runs_it(self):
        path = self.root.path / "usr/lib/systemd/system/rhumb.service"
        unit = configparser.ConfigParser(interpolation=None, strict=False)
        unit.optionxform = str
        unit.read(path)
        if shutil.which("systemd-analyze"):
            pages = (
                self.root.path / "usr/share/man/man1/rhumb.1.gz"
            ).exists()  # some machines install none
            verified = self.root.run(
                f"systemd-analyze verify --man={'yes' if pages else 'no'} "
                "/usr/lib/systemd/system/rhumb.service",
                check=False,
            )
            self.assertEqual(verified.returncode, 0, verified.stderr)
            self.assertNotIn("rhumb", verified.stderr)
        notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(notifications.close)
        notifications.bind(str(self.root.path / "run/notify"))
        os.chmod(self.root.path / "run/notify", 0o666)
        notifications.settimeout(60)
        self.root.run(sandboxed(unit, unit["Service"]["ExecStartPre"]))
        refused = self.root.run(
            sandboxed(unit, "touch /usr/bin/written /etc/rhumb/written"), check=False
        )
        self.assertEqual(refused.stderr.count("Read-only file system"), 2, refused.stderr)

        with subprocess.Popen(
            [
                "chroot",
                self.root.path,
                "sh",
                "-ec",
                sandboxed(unit, "env NOTIFY_SOCKET=/run/notify " + unit["Service"]["ExecStart"]),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as server:
            try:
                self.assertIn(b"READY=1", notifications.recv(4096))
                owner = run("ps", "-o", "user=", "-p", server.pid).stdout
                status = self.root.run("rhumb ctl status")
                client = self.root.run(
                    "python3 -c 'import rhumb_client; print(rhumb_client.__name__)'"
                )
                server.send_signal(signal.SIGTERM)
                self.assertEqual(server.wait(60), 0)
            finally:
                server.kill()
            log = server.stdout.read()
        self.assertNotEqual(owner.strip(), "root", log)
        self.assertIn("neural", status.stdout, log)
        self.assertEqual(client.stdout, "rhumb_client\n")
        self.assertTrue((self.root.path / "var/lib/rhumb/store").exists(), log)

    def test_6_purging_leaves_nothing_behind(self):
        self.root.run("dpkg --purge python3-rhumb rhumb-dev rhumb-training rhumb-ns3 rhumb")

        self.assertEqual(self.root.changed_files(), [])


if __name__ == "__main__":
    if INSIDE not in os.environ:
        reason = why_not()
        if reason:
            print(f"skipped: {reason}")
            sys.exit(77)
        os.environ[INSIDE] = "1"
        os.execvp(
            "unshare",
            ["unshare", "--mount", "--net", "--propagation", "private", sys.executable, __file__],
        )
    unittest.main(verbosity=2)
