#!/usr/bin/env bash
# Builds Release and runs the tests; the last line sums up: "N passed, N failed, N skipped".
#   ./test.sh                                    all test projects
#   ./test.sh unit integration                   some of them (the folder test/Samsa.UnitTests is "unit")
#   ./test.sh unit -- -namespace 'Samsa.UnitTests.Storage*'  what follows -- goes to the xunit.v3 runner (-class, -method, -namespace, -trait)
# SAMSA_TEST_NO_BUILD=1 skips the build. Exit code: 0 only if something ran and nothing failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# The quick ones first.
available=()
for project in test/Samsa.UnitTests/*.csproj test/*Tests/*.csproj; do
  project=$(basename "$project" .csproj)
  [[ " ${available[*]-} " == *" $project "* ]] || available+=("$project")
done

selected=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  match=
  for project in "${available[@]}"; do
    short=${project#Samsa.}; short=${short%Tests}
    if [ "${1,,}" = "${project,,}" ] || [ "${1,,}" = "${short,,}" ]; then match=$project; fi
  done
  [ -n "$match" ] || { echo "test.sh: no test project '$1'; there are: ${available[*]}" >&2; exit 64; }
  selected+=("$match"); shift
done
[ "${1:-}" != -- ] || shift
[ ${#selected[@]} -gt 0 ] || selected=("${available[@]}")

if [ -z "${SAMSA_TEST_NO_BUILD:-}" ]; then
  if [ ${#selected[@]} -eq ${#available[@]} ]; then
    dotnet build Samsa.slnx --configuration Release --verbosity quiet
  else
    for project in "${selected[@]}"; do dotnet build "test/$project" --configuration Release --verbosity quiet; done
  fi
fi

# The value of one counter in a report of the xunit.v3 runner (the attributes of its <assembly> element).
counter() { grep -o '<assembly [^>]*' "$1" | head -1 | sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p"; }

results=artifacts/test-results; mkdir -p "$results"
passed=0; failed=0; skipped=0; lines=()
for project in "${selected[@]}"; do
  echo; echo "== $project"
  report=$results/$project.xml; rm -f "$report"
  code=0; begin=$SECONDS
  dotnet "artifacts/bin/$project/release/$project.dll" -noLogo -noColor -xml "$report" "$@" || code=$?
  p=0; f=0; s=0; note=
  if [ -s "$report" ]; then
    p=$(counter "$report" passed); s=$(counter "$report" skipped)
    errors=$(counter "$report" errors); f=$(($(counter "$report" failed) + ${errors:-0}))
  fi
  if [ "$code" -ne 0 ] && [ "$f" -eq 0 ] && [ $((p + s)) -gt 0 -o ! -s "$report" ]; then
    # Died without saying which test it was.
    f=1; note=" (runner ended with code $code)"
  fi
  passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
  lines+=("$(printf '%-28s %5d passed %4d failed %4d skipped  %4d s%s' "$project" "$p" "$f" "$s" $((SECONDS - begin)) "$note")")
done

echo; printf '%s\n' "${lines[@]}"
[ $((passed + failed)) -gt 0 ] || echo "test.sh: no test ran" >&2
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
