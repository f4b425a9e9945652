#!/usr/bin/env bash
# One step of the action: judges, annotates, writes the summary and the step's outputs, and exits as
# weighstation does.
#
# It runs at the root of the workspace, so that paths in annotations and SARIF are the repository's.
# Inputs come through the environment, never through the text of a script, and are written behind the
# `=` of an option, so that none of them can be an option itself:
#   WEIGHSTATION               the binary
#   INPUT_MANIFEST INPUT_POLICY INPUT_PROFILE INPUT_FAIL_ON INPUT_CATEGORY
#   INPUT_WORKING_DIRECTORY    manifest and policy file are relative to it
#   INPUT_LOCKED               true: hold every model against the lock
#   INPUT_DISCOVERED           true: fail on models that the code loads and the manifest lacks
#   INPUT_SHARD                such as 3/16: judge this share of the manifest
#   INPUT_MERGE                a folder with the reports of shards: join them in place of judging
#   INPUT_ANNOTATIONS          true: annotate the manifest's lines; they show what uploaded SARIF shows
#   INPUT_CONTINUE_ON_FAILURE  true: exit with 0 in spite of findings and of what could not be judged
#
# The bash of macOS is 3.2, and its tools are not GNU's.
set -uo pipefail

out=${RUNNER_TEMP:-$(mktemp -d)}/weighstation-report
rm -rf "$out"
mkdir -p "$out"

folder=${INPUT_WORKING_DIRECTORY:-.}
folder=${folder%/}

# within PATH: the path as seen from the root of the workspace.
within() {
    case "$1" in
    /* | [A-Za-z]:[/\\]*) printf '%s' "$1" ;;
    *) if [ "$folder" = . ]; then printf '%s' "$1"; else printf '%s' "$folder/$1"; fi ;;
    esac
}

# Behind all options.
reports=()
if [ -n "${INPUT_MERGE:-}" ]; then
    arguments=(merge)
    joined=$(within "$INPUT_MERGE")
    for report in "$joined"/*.json "$joined"/*/*.json; do
        [ ! -f "$report" ] || reports+=("$report")
    done
else
    arguments=(check "--manifest=$(within "${INPUT_MANIFEST:-models.yaml}")")
    case "${INPUT_POLICY:-}" in
    '') ;;
    # As weighstation tells files from presets.
    */* | *.yaml | *.yml) arguments+=("--policy=$(within "$INPUT_POLICY")") ;;
    *) arguments+=("--policy=$INPUT_POLICY") ;;
    esac
    [ -z "${INPUT_PROFILE:-}" ] || arguments+=("--profile=$INPUT_PROFILE")
    [ -z "${INPUT_FAIL_ON:-}" ] || arguments+=("--fail-on=$INPUT_FAIL_ON")
    [ "${INPUT_LOCKED:-}" != true ] || arguments+=(--locked)
    [ "${INPUT_DISCOVERED:-}" != true ] || arguments+=("--discovered=$folder")
    [ -z "${INPUT_SHARD:-}" ] || arguments+=("--shard=$INPUT_SHARD")
fi
[ -z "${INPUT_CATEGORY:-}" ] || arguments+=("--sarif-category=$INPUT_CATEGORY")
arguments+=(
    "--output=sarif=$out/weighstation.sarif"
    "--output=json=$out/weighstation.json"
    "--output=github=$out/annotations.txt"
    "--output=github-summary=$out/summary.md"
    "--output=github-outputs=$out/outputs.txt"
    --
)

"${WEIGHSTATION:-weighstation}" "${arguments[@]}" ${reports[@]+"${reports[@]}"} 2>"$out/errors.txt"
code=$?
cat "$out/errors.txt" >&2

if [ ! -f "$out/outputs.txt" ]; then
    # Nothing was judged: bad usage, policy or manifest.
    echo "outcome=error" >"$out/outputs.txt"
    echo "::error title=weighstation::Nothing was judged (exit code $code): see the log of this step" >"$out/annotations.txt"
    INPUT_ANNOTATIONS=true
    {
        printf '## ❌ weighstation: nothing was judged\n\n'
        # An indented block, which no text can end.
        sed 's/^/    /' "$out/errors.txt"
        echo
    } >"$out/summary.md"
fi
if [ "${INPUT_ANNOTATIONS:-true}" = true ] && [ -f "$out/annotations.txt" ]; then
    cat "$out/annotations.txt"
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$out/summary.md" ]; then
    cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
    {
        cat "$out/outputs.txt"
        [ ! -f "$out/weighstation.sarif" ] || echo "sarif-file=$out/weighstation.sarif"
        [ ! -f "$out/weighstation.json" ] || echo "json-file=$out/weighstation.json"
        echo "exit-code=$code"
    } >>"$GITHUB_OUTPUT"
fi

if [ "${INPUT_CONTINUE_ON_FAILURE:-}" = true ]; then
    case "$code" in
    1 | 3) exit 0 ;;
    esac
fi
exit "$code"
