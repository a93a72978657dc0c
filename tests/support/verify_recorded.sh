#!/usr/bin/env bash
# verify_recorded.sh FOLDER: verifies the OAuth requests recorded there.  A run of a few tests may record
# none; tests/run.sh checks that a full run records some.
set -euo pipefail
if [[ -z $(find "$1" -name '*.jsonl' -size +0 -print -quit) ]]; then
  echo "0 signatures verified, none was recorded"
  exit 0
fi
exec /usr/bin/python3 "$(dirname "$0")/verify_signatures.py" "$1"
