"""Read a file with h5py while it is being written, by one reader that stays and by one that comes again and again.

Called by live.rs, which writes event number i with the time i / 7 until this ends: python live.py FILE
"""

import sys
import time

import h5py
import numpy as np

PATH = sys.argv[1]
SECONDS = 3.0


def opened() -> tuple[h5py.File, int]:
    """The file, and how often it was refused in the moment at which the writer opens it."""
    for refused in range(1000):
        try:
            return h5py.File(PATH, "r", libver="latest", swmr=True), refused
        except OSError:
            time.sleep(0.001)
    raise AssertionError("always refused")


def checked(file: h5py.File) -> int:
    """The number of events, all of which are right or, in the moment at which they come, missing."""
    times, numbers = file["events/time"], file["events/number"]
    times.id.refresh()
    numbers.id.refresh()
    seen, known = times[:], numbers[:]
    expected = np.arange(len(seen)) / 7
    missing = np.isnan(seen)
    np.testing.assert_array_equal(seen[~missing], expected[~missing])
    # What is missing is at the end: the piece that is being written.
    assert not missing.any() or not missing[: len(seen) - 2000].any()
    right = known == np.arange(len(known))
    assert right[: len(known) - 2000].all()
    return int((~missing).sum())


staying, _ = opened()
lengths, comings, refusals = [checked(staying)], 0, 0
end = time.monotonic() + SECONDS
while time.monotonic() < end:
    coming, refused = opened()
    comings, refusals = comings + 1, refusals + refused
    first = checked(coming)
    coming.close()
    lengths += [first, checked(staying)]
assert lengths == sorted(lengths), lengths
assert lengths[-1] > lengths[0], lengths
print(f"read {lengths[0]} to {lengths[-1]} events; {refusals} of {comings + refusals} openings refused")
