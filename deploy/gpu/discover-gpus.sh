#!/usr/bin/env bash
# Tells Spark which GPUs this machine has, as one line of JSON: {"name":"gpu","addresses":["0","1"]}
#   spark.executor.resource.gpu.discoveryScript (and spark.worker.resource.gpu.discoveryScript of a standalone worker)
# An address is the index by which CUDA counts in a process with this environment: all devices from 0, or the first ones
# of CUDA_VISIBLE_DEVICES up to an entry that no device has, as CUDA reads it.
set -euo pipefail

fail() {
  echo "discover-gpus: $1" >&2
  exit 1
}

command -v nvidia-smi >/dev/null || fail "no nvidia-smi on the PATH; install NVIDIA's driver, or do not ask for GPUs here."
listed=$(nvidia-smi -L 2>&1) || fail "nvidia-smi failed: $listed"

# Lines such as "GPU 0: NVIDIA A100 (UUID: GPU-..)" and, below one, "  MIG 1g.5gb Device 0: (UUID: MIG-..)".
indices=$(sed -n 's/^GPU \([0-9]*\):.*/\1/p' <<<"$listed")
uuids=$(sed -n 's/.*(UUID: \([^)]*\)).*/\1/p' <<<"$listed")
count=0
if [ -z "${CUDA_VISIBLE_DEVICES+set}" ]; then
  # A process sees one MIG instance at most, and which one is not for Spark to say.
  ! grep -q '^MIG-' <<<"$uuids" ||
    fail "MIG is on: name one instance of each executor in CUDA_VISIBLE_DEVICES."
  count=$(grep -c . <<<"$indices" || true)
else
  IFS=, read -ra visible <<<"$CUDA_VISIBLE_DEVICES"
  for entry in "${visible[@]}"; do
    entry=${entry//[[:space:]]/}
    case $entry in
      MIG-*)
        [ "$count" -gt 0 ] || ! grep -qxF -- "$entry" <<<"$uuids" || count=1
        break
        ;;
      GPU-*) grep -q -- "^$entry" <<<"$uuids" || break ;;
      *) [ -n "$entry" ] && grep -qx -- "$entry" <<<"$indices" || break ;;
    esac
    count=$((count + 1))
  done
fi
[ "$count" -gt 0 ] ||
  fail "nvidia-smi lists no GPU that CUDA would show; CUDA_VISIBLE_DEVICES is ${CUDA_VISIBLE_DEVICES-not set}."

addresses=$(seq -s '","' 0 $((count - 1)))
echo "{\"name\":\"gpu\",\"addresses\":[\"$addresses\"]}"
