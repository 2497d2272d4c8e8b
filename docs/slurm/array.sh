#!/bin/bash
# One scenario at several drives, a job for each, without MPI: sbatch docs/slurm/array.sh
#SBATCH --job-name=equipoise-drives
#SBATCH --array=0-8
#SBATCH --cpus-per-task=16
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@300
set -euo pipefail

drives=(-0.40 -0.35 -0.30 -0.25 -0.20 -0.15 -0.10 -0.05 0.00)
drive=${drives[$SLURM_ARRAY_TASK_ID]}
result="results/drive-$drive.h5"

resume=()
if [ -e "$result.checkpoint" ] || [ -e "$result.partial" ]; then
    resume=(--resume)
fi
srun equipoise simulate scenarios/inhibition-stabilised.toml --set "populations.E.drive=$drive" \
    --threads "$SLURM_CPUS_PER_TASK" -o "$result" "${resume[@]}"
