#!/usr/bin/env bash
# verify_recorded.sh FOLDER: verifies the OAuth requests recorded there.  A run of a few tests may have
# recorded none; tests/run.sh sees to it that a whole run has.
set -euo pipefail
if [[ -z $(find "$1" -name '*.jsonl' -size +0 -print -quit) ]]; then
  echo "0 signatures verified, none was recorded"
  exit 0
fi
exec /usr/bin/python3 "$(dirname "$0")/verify_signatures.py" "$1"
