"""Generates the Python stubs while the package is built, with protoc and grpc_python_plugin
(Debian: protobuf-compiler, protobuf-compiler-grpc)."""
import pathlib
import shutil
import subprocess

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent


class Generate(build_py):
    def run(self):
        plugin = shutil.which("grpc_python_plugin")
        if plugin is None or shutil.which("protoc") is None:
            raise SystemExit(
                "rhumb-protos: needs protoc and grpc_python_plugin; on Debian: "
                "apt-get install protobuf-compiler protobuf-compiler-grpc"
            )
        super().run()
        out = pathlib.Path(self.build_lib)
        out.mkdir(parents=True, exist_ok=True)
        protos = sorted(str(p.relative_to(HERE)) for p in HERE.glob("rhumb/v1/*.proto"))
        subprocess.run(
            [
                "protoc",
                f"--python_out={out}",
                f"--grpc_out={out}",
                f"--plugin=protoc-gen-grpc={plugin}",
                "-I",
                ".",
                *protos,
            ],
            cwd=HERE,
            check=True,
        )


setup(packages=["rhumb.v1"], cmdclass={"build_py": Generate})
