#!/bin/bash
# One ensemble on four nodes: sbatch docs/slurm/mpi.sh
# Ten minutes before the time is up the job is told to end; it leaves a checkpoint, and the same script, submitted again, goes on from there.
#SBATCH --job-name=equipoise
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=64
#SBATCH --time=12:00:00
#SBATCH --signal=TERM@600
set -euo pipefail

scenario=scenarios/inhibition-stabilised.toml
result=results/large.h5

resume=()
if [ -e "$result.checkpoint" ] || [ -e "$result.partial" ]; then
    resume=(--resume)
fi
# One rank a node, which takes all its cores; --mpi=pmix where Slurm was built with it.
srun --mpi=pmix --cpus-per-task="$SLURM_CPUS_PER_TASK" equipoise simulate "$scenario" \
    --set n=10000 --set ensemble.replicates=100000 --threads "$SLURM_CPUS_PER_TASK" \
    -o "$result" "${resume[@]}"
