#!/usr/bin/env bash
# A course on Slurm: an array job of four runs it part by part, the parts' records are laid together
# by standing in one folder, and the site is woven of them. Then one lesson is run by way of `srun`.
#
# Needs Debian's slurm-wlm and munge, and root, to run the whole of Slurm on this one host:
#   apt-get install slurm-wlm munge && tests/slurm.sh [path/to/lessonc]
set -euo pipefail
lessonc=$(realpath "${1:-target/debug/lessonc}")
work=$(mktemp -d)
pids=()
finish() {
  kill "${pids[@]}" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work"/{state,spool,munge}
# What munged keeps, nobody else may read.
chmod 755 "$work"
chmod 700 "$work/munge"

head -c 128 /dev/urandom > "$work/munge/key"
chmod 600 "$work/munge/key"
munged --foreground --force --key-file "$work/munge/key" --socket "$work/munge.socket" \
  --pid-file "$work/munge/pid" --seed-file "$work/munge/seed" 2> "$work/munged.log" &
pids+=($!)

host=$(hostname -s)
export SLURM_CONF=$work/slurm.conf
cat > "$SLURM_CONF" <<END
ClusterName=lessons
SlurmctldHost=$host(localhost)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldPort=26817
SlurmdPort=26818
NodeName=$host NodeAddr=localhost CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
slurmctld -D > "$work/slurmctld.log" 2>&1 &
pids+=($!)
slurmd -D -N "$host" > "$work/slurmd.log" 2>&1 &
pids+=($!)
for _ in {1..100}; do
  [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && break
  sleep 0.2
done
sinfo

cd "$work"
mkdir lessons
for number in {1..8}; do
  printf '# Lesson %s\n\n```rust\nprintln!("{}", %s * %s);\n```\n' "$number" "$number" "$number" \
    > "lessons/lesson-$number.md"
done
cat > job.sh <<END
#!/bin/sh
#SBATCH --array=1-4
#SBATCH --ntasks=1
#SBATCH --output=part-%a.log
exec $lessonc run --shard "\$SLURM_ARRAY_TASK_ID/4" --offline
END
sbatch --wait job.sh
cat part-*.log
"$lessonc" build --frozen
for number in {1..8}; do
  grep -q "$((number * number))" "site/lesson-$number.html"
done

printf -- '---\nrunner: { command: srun --quiet }\n---\n# Lessons\n' > lessons/index.md
printf '# By srun\n\n```rust\nprintln!("step {}", std::path::Path::new(".").canonicalize()?.display());\n```\n' \
  > lessons/lesson-1.md
"$lessonc" build --offline
grep -q "step $work" site/lesson-1.html
echo "All is well on Slurm."
