"""Reads a result file, in a process of its own that :mod:`equipoise._stored` starts.

Files are read by a library in C, which on damaged ones can crash, ask for all the memory there is, or go round for ever.
What ends then is this process, as on the command line. It is given the folder of the package, a file, and what is asked
for; what it finds goes to its standard output, after a word by which it is known, and what is wrong with the file to its
standard error.
"""

import importlib
import json
import sys
import types

#: With which the answer begins.
WORD = b"equipoise\n"
#: The exit status if the file cannot be read, as on the command line.
UNREADABLE = 3


def main(folder: str, file: str, what: str, asked: str) -> None:
    """Answers one question."""
    # The compiled half alone: the package itself would bring NumPy and xarray.
    package = types.ModuleType("equipoise")
    package.__path__ = [folder]
    sys.modules["equipoise"] = package
    core = importlib.import_module("equipoise._equipoise")
    errors = importlib.import_module("equipoise._errors")
    out = sys.stdout.buffer
    out.write(WORD)
    core.limit_reading(file)
    terms = json.loads(asked)
    try:
        if what == "report":
            core.report(file, *terms)
        elif what == "read":
            group, complete, parts = terms
            core.read_parts(file, group, complete, [tuple(part) for part in parts], out.write)
        else:
            out.write(json.dumps(getattr(core, what)(file)).encode())
        out.flush()
    except errors.FileError as error:
        sys.stderr.buffer.write(str(error).encode())
        sys.exit(UNREADABLE)


if __name__ == "__main__":
    main(*sys.argv[1:])
