// Fused elementwise programs: blocks that stay in the first-level cache, one switch per step and
// block.
#include "Sources.h"
#include "Steps.h"

/// What a fused program does with its registers.
typedef struct {
  uint32_t written;  // registers that some step writes
  uint32_t direct;   // registers whose last step writes an output in place
  int last[nk_max_registers];
  T *output[nk_max_registers];
} N(plan);

INLINE int N(last_read)(const nk_step *steps, int step_count, int r,
                        const uint8_t *output_registers, int output_count) {
  for (int o = 0; o < output_count; o++)
    if (output_registers[o] == r) return step_count;
  for (int s = step_count - 1; s >= 0; s--) {
    int count = N(arguments)(steps + s);
    if (steps[s].a == r || (count > 1 && steps[s].b == r) || (count > 2 && steps[s].c == r))
      return s;
  }
  return -1;
}

/// An output is written by its register's last step, unless it is added to or a later step (or
/// another output) still reads the same array as an input.
INLINE void N(make_plan)(const nk_step *steps, int step_count, N(source) * sources, int input_count,
                         void *const *outputs, const uint8_t *output_registers,
                         const bool *accumulate, int output_count, N(plan) * plan) {
  plan->written = plan->direct = 0;
  for (int s = 0; s < step_count; s++) {
    plan->written |= 1u << steps[s].target;
    plan->last[steps[s].target] = s;
  }
  for (int o = 0; o < output_count; o++) {
    int r = output_registers[o];
    bool direct = !accumulate[o] && (plan->written >> r & 1) && !(plan->direct >> r & 1);
    for (int i = 0; i < input_count; i++) {
      if (sources[i].data != outputs[o]) continue;
      int read = N(last_read)(steps, step_count, i, output_registers, output_count);
      if (direct && read > plan->last[r]) direct = false;
      // An input that is itself copied to another output must not be overwritten by this one
      // before.
      if (read == step_count && !(plan->written >> i & 1)) sources[i].buffered = true;
    }
    if (direct) {
      plan->direct |= 1u << r;
      plan->output[r] = outputs[o];
    }
  }
}

/// Elements start ..< start + count of a run; returns where they can be read.
INLINE const T *N(read_block)(const N(source) * source, long start, long count, bool again,
                              const long *merged, int rank, T *buffer) {
  long j = 0;
  switch (source->way) {
    case N(in_place): {
      const T *from = source->data + start;
      if (count % W == 0 && !source->buffered) return from;
      for (; j + W <= count; j += W) N(store)(buffer + j, N(load)(from + j));
      if (j < count) N(store)(buffer + j, N(load_part)(from + j, count - j));
      return buffer;
    }
    case N(splat):
      if (again)
        for (V value = (V)*source->data; j < count; j += W) N(store)(buffer + j, value);
      return buffer;
    case N(periodic): return source->tile + (start == 0 ? 0 : start % source->period);
    case N(strided): {
      long stride = source->stride[rank - 1];
      const T *from = source->data + start * stride;
      for (; j < count; j++) buffer[j] = from[j * stride];
      break;
    }
    case N(general): N(materialize)(source, merged, rank, start, count, buffer); break;
  }
  for (j = count; j % W != 0; j++) buffer[j] = 0;
  return buffer;
}

INLINE void N(write_block)(const T *from, T *to, long count, bool accumulate) {
  long j = 0, part = count % W;
  if (accumulate) {
    for (; j + W <= count; j += W) N(store)(to + j, N(load)(to + j) + N(load)(from + j));
    if (part) N(store_part)(to + j, N(load_part)(to + j, part) + N(load)(from + j), part);
  } else {
    for (; j + W <= count; j += W) N(store)(to + j, N(load)(from + j));
    if (part) N(store_part)(to + j, N(load)(from + j), part);
  }
}

LEVEL void N(fused)(const nk_step *steps, int step_count, const nk_input *inputs, int input_count,
                    const long *sizes, int rank, void *const *outputs,
                    const uint8_t *output_registers, const bool *accumulate, int output_count) {
  long total = 1;
  for (int d = 0; d < rank; d++) total *= sizes[d];
  if (total == 0) return;

  // 1. How the inputs are read: the whole index space as one run, or long rows as runs of their
  // own.
  _Alignas(64) T tiles[N(tiles)][2 * N(block) + 2 * N(slack)];
  N(source) sources[nk_max_registers];
  long merged[nk_max_dimensions], run = total, runs = 1;
  int kept = 1, outer = 0;
  if (!N(walks_as_one)(inputs, input_count, sizes, rank, sources)) {
    kept = N(merge)(inputs, input_count, sizes, rank, sources, merged);
    int tile_count = 0;
    bool flat = true;
    for (int i = 0; i < input_count; i++) {
      N(source) *source = sources + i;
      source->data = inputs[i].data;
      source->buffered = false;
      N(classify)(source, merged, kept);
      if (source->way == N(periodic) && (source->period > N(block) || tile_count == N(tiles)))
        source->way = N(general);
      if (source->way == N(periodic)) source->tile = tiles[tile_count++];
      flat = flat && source->way != N(general);
    }
    if (!flat && merged[kept - 1] >= N(block) / 2) {
      outer = kept - 1;
      run = merged[outer];
      runs = total / run;
      for (int i = 0; i < input_count; i++) {
        long stride = sources[i].stride[outer];
        sources[i].way = stride == 0 ? N(splat) : stride == 1 ? N(in_place) : N(strided);
      }
    } else {
      for (int i = 0; i < input_count; i++)
        if (sources[i].way == N(periodic))
          N(fill_tile)(sources + i, total < N(block) ? total : N(block));
    }
  }

  // 2. Where the outputs are written.
  N(plan) plan;
  N(make_plan)(steps, step_count, sources, input_count, outputs, output_registers, accumulate,
               output_count, &plan);

  // 3. Block after block.
  _Alignas(64) T buffers[nk_max_registers][N(block) + N(slack)];
  const T *registers[nk_max_registers] = {0};
  long index[nk_max_dimensions] = {0}, offset = 0;
  for (long r = 0; r < runs; r++, offset += run) {
    for (long start = 0; start < run; start += N(block)) {
      long count = run - start < N(block) ? run - start : N(block), padded = (count + W - 1) & -W;
      uint32_t direct = padded == count ? plan.direct : 0;
      for (int i = 0; i < input_count; i++)
        registers[i] =
            N(read_block)(sources + i, start, count, start == 0 || (plan.written >> i & 1), merged,
                          kept, buffers[i]);
      for (int s = 0; s < step_count; s++) {
        const nk_step *step = steps + s;
        int t = step->target;
        T *target =
            (direct >> t & 1) && plan.last[t] == s ? plan.output[t] + offset + start : buffers[t];
        N(apply_block)(step->operation, (T)step->constant, registers[step->a], registers[step->b],
                       registers[step->c], target, padded);
        registers[t] = target;
      }
      for (int o = 0; o < output_count; o++) {
        T *to = (T *)outputs[o] + offset + start;
        const T *from = registers[output_registers[o]];
        if (from != to || accumulate[o]) N(write_block)(from, to, count, accumulate[o]);
      }
    }
    for (int d = outer - 1; d >= 0; d--) {
      index[d]++;
      for (int i = 0; i < input_count; i++) sources[i].data += sources[i].stride[d];
      if (index[d] < merged[d]) break;
      for (int i = 0; i < input_count; i++) sources[i].data -= index[d] * sources[i].stride[d];
      index[d] = 0;
    }
  }
}
