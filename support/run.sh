#!/usr/bin/env bash
# One step of the action: judges, annotates, writes the summary and the step's outputs, and exits as
# weighstation does.
#
# Inputs come through the environment, never through the text of a script:
#   WEIGHSTATION             the binary
#   INPUT_MANIFEST INPUT_POLICY INPUT_PROFILE INPUT_FAIL_ON INPUT_CATEGORY
#   INPUT_ANNOTATIONS        true: annotate the manifest's lines; they show what uploaded SARIF shows
set -uo pipefail

out=${RUNNER_TEMP:-$(mktemp -d)}/weighstation-report
rm -rf "$out"
mkdir -p "$out"

arguments=(check --manifest "${INPUT_MANIFEST:-models.yaml}")
[ -z "${INPUT_POLICY:-}" ] || arguments+=(--policy "$INPUT_POLICY")
[ -z "${INPUT_PROFILE:-}" ] || arguments+=(--profile "$INPUT_PROFILE")
[ -z "${INPUT_FAIL_ON:-}" ] || arguments+=(--fail-on "$INPUT_FAIL_ON")
[ -z "${INPUT_CATEGORY:-}" ] || arguments+=(--sarif-category "$INPUT_CATEGORY")
arguments+=(
    --output "sarif=$out/weighstation.sarif"
    --output "json=$out/weighstation.json"
    --output "github=$out/annotations.txt"
    --output "github-summary=$out/summary.md"
    --output "github-outputs=$out/outputs.txt"
)

"${WEIGHSTATION:-weighstation}" "${arguments[@]}"
code=$?

if [ "${INPUT_ANNOTATIONS:-true}" = true ] && [ -f "$out/annotations.txt" ]; then
    cat "$out/annotations.txt"
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$out/summary.md" ]; then
    cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
    if [ -f "$out/outputs.txt" ]; then
        cat "$out/outputs.txt" >>"$GITHUB_OUTPUT"
    else
        # Nothing was judged: bad usage, policy or manifest.
        echo "outcome=error" >>"$GITHUB_OUTPUT"
    fi
    [ ! -f "$out/weighstation.sarif" ] || echo "sarif-file=$out/weighstation.sarif" >>"$GITHUB_OUTPUT"
    [ ! -f "$out/weighstation.json" ] || echo "json-file=$out/weighstation.json" >>"$GITHUB_OUTPUT"
    echo "exit-code=$code" >>"$GITHUB_OUTPUT"
fi
exit "$code"
