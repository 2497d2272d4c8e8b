#!/bin/bash
# One network of 2 * 10^9 neurons on 32 nodes, which write its snapshots side by side: sbatch docs/slurm/large.sh
# Ten minutes before the time is up the job is told to end; it leaves a checkpoint if the first node has room for one, and the same script, submitted again, goes on from there.
#SBATCH --job-name=equipoise-large
#SBATCH --nodes=32
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=64
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@600
set -euo pipefail

scenario=scenarios/inhibition-stabilised.toml
# All nodes have to see this folder.
result=results/one.h5

resume=()
if [ -e "$result.checkpoint" ] || [ -e "$result.partial" ]; then
    resume=(--resume)
fi
srun --mpi=pmix --cpus-per-task="$SLURM_CPUS_PER_TASK" equipoise simulate "$scenario" \
    --set n=1e9 --set engine.method=leap --set ensemble.replicates=1 --set record.snapshots=[1.0,4.0] \
    --shards --threads "$SLURM_CPUS_PER_TASK" -o "$result" "${resume[@]}"
