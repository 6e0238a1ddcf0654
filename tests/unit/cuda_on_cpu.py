"""A package `cupy` for machines without a GPU: arrays of NumPy, and kernels that a C++ compiler builds for one core (`cuda_on_cpu.hpp`)."""

import ctypes
import functools
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

HEADER = Path(__file__).with_suffix(".hpp")
WORDS = {"extern __shared__ double shared_body[];": "double* shared_body = emulated_shared;", 'extern "C" __global__': "static"}
BUILT = tempfile.TemporaryDirectory()  # goes with the process


class Kernel:
    """One kernel: called with grid, block and arguments, arrays all of them."""

    def __init__(self, library, name):
        self.launch, self.name, self.max_dynamic_shared_size_bytes = library.launch, name, 0

    def __call__(self, grid, block, arguments, shared_mem=0):
        assert len(grid) == len(block) == 1 and block[0] % 32 == 0 and shared_mem <= max(self.max_dynamic_shared_size_bytes, 48 * 1024)
        assert all(array.flags.c_contiguous for array in arguments)
        pointers = (ctypes.c_void_p * len(arguments))(*[array.ctypes.data for array in arguments])
        self.launch(self.name.encode(), grid[0], block[0], pointers)


class RawModule:
    """Kernels of CUDA C++, whose parameters are pointers all of them."""

    def __init__(self, code, options):
        assert options == ("-std=c++17",)
        calls = []
        for name, parameters in re.findall(r"__launch_bounds__\(\w+\)\s*(\w+)\(([^)]*)\)", code):
            types = [parameter[: parameter.rindex("*") + 1] for parameter in parameters.split(",")]
            arguments = ", ".join(f"({of})a[{n}]" for n, of in enumerate(types))
            calls.append(f'if (!strcmp(name, "{name}")) {name}({arguments});')
        for of_cuda, of_cpu in WORDS.items():
            code = code.replace(of_cuda, of_cpu)
        launch = "run_grid(blocks, threads, [&] {" + " ".join(calls) + "});"
        whole = f'{HEADER.read_text()}\n{code}\nextern "C" void launch(const char* name, int blocks, int threads, void** a) {{ {launch} }}\n'
        self.library = ctypes.CDLL(str(_built(whole)))

    def get_function(self, name):
        return Kernel(self.library, name)


@functools.cache
def _built(whole):
    """The library of a source; it rounds as the source says, without fused products."""
    name = hashlib.sha256(whole.encode()).hexdigest()[:16]
    source, library = Path(BUILT.name, f"{name}.cpp"), Path(BUILT.name, f"{name}.so")
    source.write_text(whole)
    subprocess.run(["g++", "-std=c++17", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


@pytest.fixture
def emulated_cupy(monkeypatch):
    """`import cupy` gives the emulation."""
    if shutil.which("g++") is None:
        pytest.skip("there is no C++ compiler (Debian package g++)")
    cupy = SimpleNamespace(
        RawModule=RawModule, zeros=np.zeros, asarray=np.array, asnumpy=np.array, any=np.any, uint16=np.uint16, uint32=np.uint32, uint64=np.uint64,
        int32=np.int32,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "cupy", cupy)
