r"""Spectra of velocities, particle by particle (003 sec. II), that are not stored: running Fourier sums of the low bins, segments for the rest.

For F velocities v_i(t_n) of particle i, t_n = n delta, the transform of the autocorrelation function of velocities is the power

    P_i(omega_k) = delta/(pi F W) sum_a |sum_n w_n v_ia(t_n) exp(-i omega_k t_n)|^2,    omega_k = 2 pi k/(F delta),    W = mean of w_n^2,

one-sided, so that its integral over omega > 0 is <|v_i|^2>; omega is angular (003 prints F(v) F(v), which must be the squared modulus). The spectrum
of a particle is D_i = P_i/<|v_i|^2>, of integral one. Bin 0 is the net displacement and is left out. A particle that hops by d within one sampling
step adds d^2 delta^-2 to |sum_n v_n exp|^2 of every bin: d^2 to all low bins alike.

Windows: the rectangle (w = 1) or that of Hann. The transform of a Hann window is that of the rectangle at three neighbouring bins, V_k/2 - (V_(k-1) +
V_(k+1))/4, so that the sums of the rectangle give both. A rectangle leaks: what a particle moves between the first and the last moment leaves a floor
of about MSD/(3 pi T t_run) at low omega, whatever the dynamics.

The sums are kept of the first and of the second half of the run apart: their sum is that of the run, and the bins of even k are those of the halves.
The whole spectrum is an average over segments that overlap by half, each with a Hann window (Welch, IEEE Trans. Audio Electroacoust. 15, 70).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitrine.errors import SampleError

HANN_POWER = 3 / 8  # mean square of a Hann window
FOLDED = 2e-3  # share of the power in the highest tenth of the band above which a spectrum is taken to be folded


@dataclass(frozen=True)
class VelocitySums:
    """What is kept of the velocities of a run.

    step: time between velocities, delta [lambda_min sqrt(m/epsilon)]; frames: their number F. low (2, K + 2, N, d), complex: sums over the first and
    the second half of the run, at omega_k with k = 0 ... K + 1. whole (M/2 + 1, N): P_i on the bins of a segment of M frames
    [(epsilon/m) per unit of omega]; segment: M. square (N,): sum of |v_i|^2 over the run.
    """

    step: float
    frames: int
    segment: int
    low: np.ndarray
    whole: np.ndarray
    square: np.ndarray

    @property
    def width(self) -> float:
        """Width of a low bin, 2 pi/(F delta)."""
        return 2 * np.pi / (self.frames * self.step)

    @property
    def low_omega(self) -> np.ndarray:
        """omega_k of the low bins k = 1 ... K, (K,)."""
        return self.width * np.arange(1, self.low.shape[1] - 1)

    @property
    def whole_omega(self) -> np.ndarray:
        """omega of the bins of a segment, (M/2 + 1,), from zero to pi/delta."""
        return 2 * np.pi / (self.segment * self.step) * np.arange(len(self.whole))

    @property
    def mean_square(self) -> np.ndarray:
        """<|v_i|^2> (N,) [epsilon/m]."""
        return self.square / self.frames

    def bins_up_to(self, omega: float) -> int:
        """Low bins with omega_k <= omega. Raises SampleError where there is none, or where the bins end before omega."""
        inside = int(np.sum(self.low_omega <= omega * (1 + 1e-9)))
        if not inside:
            raise SampleError(f"a run of {self.frames * self.step:g} is too short: its lowest bin, omega = {self.width:.3g}, lies above {omega:g}")
        if omega > self.low_omega[-1] + self.width:
            raise SampleError(f"bins end at omega = {self.low_omega[-1]:.3g}, before {omega:g}: set config key trajectories.highest higher")
        return inside

    def low_spectra(self, window: str = "hann") -> np.ndarray:
        """D_i of the low bins, (K, N)."""
        return _windowed_power(self.low.sum(axis=0), window) * self.step / (np.pi * self.frames) / self.mean_square

    def half_spectra(self, half: int, window: str = "hann") -> np.ndarray:
        """D_i of one half of the run, on its own bins omega_2, omega_4, ...: (about K/2, N)."""
        return _windowed_power(self.low[half, ::2], window) * self.step / (np.pi * (self.frames / 2)) / self.mean_square

    def whole_spectra(self) -> np.ndarray:
        """D_i of all bins of a segment, (M/2 + 1, N)."""
        return self.whole / self.mean_square

    def check_not_folded(self) -> None:
        """Raise SampleError where the highest tenth of the band holds power: what lies beyond it is then folded into the band, down to omega = 0."""
        total = self.whole.sum(axis=1)
        share = total[int(0.9 * len(total)) :].sum() / total.sum()
        if share > FOLDED:
            raise SampleError(
                f"velocities {self.step:g} apart fold the spectrum: the highest tenth of the band, below omega = {np.pi / self.step:.3g}, holds "
                f"{share:.2g} of the power; set config key trajectories.sampling lower, 0.05 is enough for Lennard-Jones"
            )


def _windowed_power(sums: np.ndarray, window: str) -> np.ndarray:
    """sum_a |V_k|^2 of bins 1 ... K of sums (K + 2, N, d), over the mean square of the window."""
    inner = sums[1:-1]
    if window == "hann":
        inner = 0.5 * inner - 0.25 * (sums[:-2] + sums[2:])
    return np.sum(inner.real**2 + inner.imag**2, axis=2) / (HANN_POWER if window == "hann" else 1.0)


class RunningSums:
    """Takes the velocities of a run one after the other, and keeps their sums alone: a block of M/2 of them in memory, and 2 (K + 2) N d numbers.

    frames: how many will come, a multiple of two; step: the time between them; highest: omega up to which bins are kept; resolution: width of a bin
    of the whole spectrum. Raises SampleError for a run that is shorter than its lowest bin, or a segment, needs.
    """

    def __init__(self, frames: int, step: float, particles: int, dimension: int, highest: float, resolution: float) -> None:
        from scipy.fft import next_fast_len, rfft  # here, since an index of files needs no scipy

        self._transform = rfft
        self._frames, self._step = frames, step
        self._bins = int(np.floor(highest / (2 * np.pi / (frames * step)) + 1e-9))
        self._half = next_fast_len(max(1, round(np.pi / (resolution * step))), real=True)
        if self._bins < 2 or 2 * self._half > frames:
            needed = max(4 * np.pi / highest, 2 * self._half * step)
            raise SampleError(
                f"a run of {frames * step:g} is too short: its lowest bin is omega = {2 * np.pi / (frames * step):.3g}, and bins up to {highest:g} "
                f"and segments of resolution {resolution:g} need a run of {needed:.4g} at least (config keys trajectories.frames and interval)"
            )
        self._low = np.zeros((2, self._bins + 2, particles * dimension), dtype=complex)
        self._whole = np.zeros((self._half + 1, particles))
        self._square = np.zeros(particles)
        self._block = np.empty((self._half, particles, dimension))
        self._before: np.ndarray | None = None
        self._window = 0.5 * (1 - np.cos(2 * np.pi * np.arange(2 * self._half) / (2 * self._half)))
        self._taken = self._segments = 0

    def add(self, velocities: np.ndarray) -> None:
        """Take the next velocities (N, d)."""
        place = self._taken % self._half
        self._block[place] = velocities
        self._taken += 1
        if place == self._half - 1 or self._taken == self._frames:
            self._add_block(place + 1)

    def _add_block(self, count: int) -> None:
        """The block of the last `count` frames into the sums; whole ones into the segments too."""
        first = self._taken - count
        block = self._block[:count]
        flat = block.reshape(count, -1)
        for half in range(2):
            low, high = max(first, half * self._frames // 2), min(self._taken, (half + 1) * self._frames // 2)
            if low < high:
                # The phase of bin k at frame n is that of the whole number k n modulo F: no digit is lost along a run.
                turns = np.outer(np.arange(self._bins + 2), np.arange(low, high)) % self._frames
                angle = 2 * np.pi / self._frames * turns
                part = flat[low - first : high - first]
                self._low[half] += np.cos(angle) @ part - 1j * (np.sin(angle) @ part)
        self._square += np.einsum("fna,fna->n", block, block)
        if count < self._half:
            return
        if self._before is not None:
            segment = np.concatenate([self._before, block]) * self._window[:, None, None]
            transform = self._transform(segment, axis=0)
            self._whole += np.sum(transform.real**2 + transform.imag**2, axis=2)
            self._segments += 1
        self._before = block.copy()

    def sums(self) -> VelocitySums:
        """What the run has given. Raises ValueError before all its velocities have come."""
        if self._taken != self._frames:
            raise ValueError(f"{self._taken} of {self._frames} velocities have come")
        particles, dimension = self._block.shape[1:]
        norm = self._step / (np.pi * 2 * self._half * HANN_POWER * self._segments)
        low = self._low.reshape(2, self._bins + 2, particles, dimension)
        return VelocitySums(self._step, self._frames, 2 * self._half, low, self._whole * norm, self._square)


def sums_of(velocities: np.ndarray, step: float, highest: float, resolution: float) -> VelocitySums:
    """The sums of stored velocities (F, N, d), `step` apart: the same numbers as those of a run that was not stored. The last of an odd F is left."""
    frames = len(velocities) - len(velocities) % 2
    running = RunningSums(frames, step, *velocities.shape[1:], highest, resolution)
    for one in velocities[:frames]:
        running.add(one)
    return running.sums()
