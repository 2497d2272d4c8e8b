//! What the help of each command ends with: notes, and examples, which a test runs.

pub const PROGRAM: &str = "\
Examples:
  equipoise init balanced-pair
  equipoise validate balanced-pair.toml

Exit status: 0 done (validate, converge, claims: and all comparisons hold), 1 a comparison failed, \
2 wrong usage or scenario, 3 a file could not be read or written, 130 interrupted (what was computed is in the \
file, marked incomplete).";

pub const VALIDATE: &str = "\
Examples:
  equipoise validate scenarios/inhibition-stabilised.toml
  equipoise validate scenarios/inhibition-stabilised.toml --set n=1000 -o results/n-1000
  equipoise validate scenarios/three-populations.toml --set n=1e6 --set engine.method=leap --dry-run";

pub const SIMULATE: &str = "\
Examples:
  equipoise simulate scenarios/external-drive.toml --set ensemble.replicates=20 -o run.h5
  equipoise simulate scenarios/recording.toml --seed 2 --set record.spikes=all --dry-run";

pub const LIMIT: &str = "\
Examples:
  equipoise limit scenarios/drive-step.toml
  equipoise limit scenarios/inhibition-stabilised.toml --finite-n --set n=1e6 -o theory.h5";

pub const FLUCTUATIONS: &str = "\
Examples:
  equipoise fluctuations scenarios/external-drive.toml
  equipoise fluctuations scenarios/inhibition-stabilised.toml --set n=1000 --frequencies 0.01:10:61
  equipoise fluctuations scenarios/inhibition-stabilised.toml --set n=100 --simulate 20";

pub const ANALYSE: &str = "\
A network without balance is an answer, printed as a verdict, with exit status 0.

Examples:
  equipoise analyse scenarios/inhibition-stabilised.toml -o plane.svg
  equipoise analyse scenarios/slow-oscillation.toml --sweep populations.E.drive=7.9:8.7:17";

pub const CONVERGE: &str = "\
Sizes that are in DIR already are taken from there, and a run that was interrupted goes on when it is given again.

Examples:
  equipoise converge scenarios/inhibition-stabilised.toml --dry-run
  equipoise converge scenarios/inhibition-stabilised.toml --sizes 100,316,1000,3162,1e4";

pub const CLAIMS: &str = "\
A claim holds if its network passes the tests; its power twin, a network of which the claim is false, must fail the same tests. \
Exit status 1 if a claim does not hold or a twin passes.

Examples:
  equipoise claims --list
  equipoise claims --quick
  equipoise claims balance-residual -o results/residual";

pub const DERIVE: &str = "\
Measures f-I curves of the cells, fits gain and threshold, and prints weights, thresholds, rate equations and their steady states, with the numbers of the equations. \
The network of cells is simulated at several strengths of its input and compared with them.

Examples:
  equipoise derive scenarios/cells/inhibitory.toml --dry-run
  equipoise derive scenarios/cells/pair.toml -o pair && equipoise validate pair/network.toml";

pub const ENERGY: &str = "\
Costs are those of the scenario's table [energy], or of --budget, or else of rodent cortex. The sweep says how well the spikes of one network tell the drive and what they cost, \
as all couplings are multiplied by a strength, or as another field changes; a * in its PATH stands for each neuron population in turn.

Examples:
  equipoise energy scenarios/inhibition-stabilised.toml --budget rodent-cortex-2001 -o energy
  equipoise energy scenarios/refractory.toml --sweep 'populations.*.gain.refractory_time=0:2:21'";

pub const INFO: &str = "\
Examples:
  equipoise info run.h5
  equipoise info run.h5 --scenario > again.toml && equipoise simulate again.toml";

pub const EXPORT: &str = "\
Each group gives a table for each set of dimensions: a column for each dimension, with its coordinate, and one for each variable. \
Missing values are NaN, and -1 among counts.

Examples:
  equipoise export run.h5 --csv tables
  equipoise export run.h5 --group trajectory --parquet trajectory";

pub const REPORT: &str = "\
It is made from the file alone: the same file gives the same report. Files of simulate, limit, fluctuations and analyse --sweep \
have what they hold; one that is not complete has what there is.

Examples:
  equipoise report run.h5
  equipoise report results/inhibition-stabilised/result.h5 -o report.html";

pub const INIT: &str = "\
The file explains each of its fields, and runs as it is.

Examples:
  equipoise init
  equipoise init external-drive -o driven.toml
  equipoise init conductances && equipoise derive conductances.toml --dry-run";

pub const SCHEMA: &str = "\
JSON schema, draft 2020-12. Even Better TOML and taplo complete, explain and check a file whose first line is `#:schema ./scenario.schema.json`.

Examples:
  equipoise schema > scenario.schema.json
  equipoise schema --cells > cells.schema.json";

pub const COMPLETIONS: &str = "\
Examples:
  equipoise completions bash > equipoise.bash
  equipoise completions zsh > _equipoise
  equipoise completions fish > equipoise.fish";

pub const MAN: &str = "\
Examples:
  equipoise man man1
  equipoise man > equipoise.1";
