"""Exact simulation of balanced networks, their hydrodynamic limit, and the evidence that the two agree.

    import equipoise

    scenario = equipoise.scenario(equipoise.template("balanced-pair"), n=1000)
    result = equipoise.validate(scenario)
    print(result.summary)
    result.report("report.html")
    result.trajectory["mean"].mean("realization").plot.line(x="time", hue="population")

Functions are the commands of the command line. They take a scenario, the path of its file or its fields, and return
datasets of xarray with the names, dimensions and units of result files, over the arrays that were computed.
"""

from ._analysis import Analysis
from ._cells import Derivation, derive
from ._equipoise import __version__
from ._errors import (
    EquipoiseError,
    EquipoiseWarning,
    FileError,
    ScenarioError,
    SimulationError,
    TheoryError,
    UsageError,
)
from ._load import load
from ._results import Convergence, Energy, Ensemble, Picture, Result, Sweep, Validation
from ._scenario import Scenario, scenario
from ._simulation import converge, simulate, validate
from ._template import Template, template, templates
from ._theory import analyse, energy, finite_n, fluctuations, limit, sweep

__all__ = [
    "Analysis",
    "Convergence",
    "Derivation",
    "Energy",
    "Ensemble",
    "EquipoiseError",
    "EquipoiseWarning",
    "FileError",
    "Picture",
    "Result",
    "Scenario",
    "ScenarioError",
    "SimulationError",
    "Sweep",
    "Template",
    "TheoryError",
    "UsageError",
    "Validation",
    "__version__",
    "analyse",
    "converge",
    "derive",
    "energy",
    "finite_n",
    "fluctuations",
    "limit",
    "load",
    "scenario",
    "simulate",
    "sweep",
    "template",
    "templates",
    "validate",
]

for _name in __all__:
    if isinstance(globals()[_name], type) or callable(globals()[_name]):
        # As users know them.
        globals()[_name].__module__ = "equipoise"
