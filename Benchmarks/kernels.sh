#!/bin/sh
# Compiles the kernels as the package does (-O2) with their micro-benchmark and runs it; with OpenBLAS beside if it is installed.
#   Benchmarks/kernels.sh [base|v3|v4] [products|functions|programs|rows|movement]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${TMPDIR:-/tmp}/neural-ode-kernels
compiler=${CC:-clang}
mkdir -p "$build"
for source in "$root"/Sources/CKernels/*.c; do
  "$compiler" -std=c17 -O2 -I "$root/Sources/CKernels/include" -c "$source" -o "$build/$(basename "$source" .c).o" &
done
wait
blas=""
for library in -lopenblas -l:libopenblas.so.0; do
  if echo 'int main(void) { return 0; }' | "$compiler" -x c - $library -o "$build/probe" 2>/dev/null; then
    blas="-DWITH_OPENBLAS $library"
    break
  fi
done
# shellcheck disable=SC2086
"$compiler" -std=gnu17 -O2 -I "$root/Sources/CKernels/include" "$root/Benchmarks/kernels.c" "$build"/Level*.o \
  $blas -lm -o "$build/kernels"
OPENBLAS_NUM_THREADS=1 exec "$build/kernels" "$@"
