// Fused elementwise programs: blocks that stay in the first-level cache, one switch per step and block.
enum { N(block) = 256, N(tiles) = 8 };

/// One step over `count` elements, a multiple of W; t may be one of the arguments.
LEVEL void N(step)(const nk_step *step, const T *a, const T *b, const T *c, T *t, long count) {
#define EACH(expression)               \
  for (long i = 0; i < count; i += W) { \
    V x = N(load)(a + i);               \
    N(store)(t + i, expression);        \
  }                                     \
  break;
#define EACH2(expression)                           \
  for (long i = 0; i < count; i += W) {              \
    V x = N(load)(a + i), y = N(load)(b + i);        \
    N(store)(t + i, expression);                     \
  }                                                  \
  break;
#define EACH3(expression)                                                 \
  for (long i = 0; i < count; i += W) {                                    \
    V x = N(load)(a + i), y = N(load)(b + i), z = N(load)(c + i);          \
    N(store)(t + i, expression);                                           \
  }                                                                        \
  break;
  V k = (V)(T)step->constant;
  switch ((nk_operation)step->operation) {
    case nk_negate: EACH(-x)
    case nk_reciprocal: EACH(1 / x)
    case nk_square: EACH(x * x)
    case nk_sqrt: EACH(__builtin_elementwise_sqrt(x))
    case nk_abs: EACH(__builtin_elementwise_abs(x))
    case nk_sign: EACH(N(sign)(x))
    case nk_exp: EACH(N(exp)(x))
    case nk_expm1: EACH(N(expm1)(x))
    case nk_log: EACH(N(log)(x))
    case nk_log1p: EACH(N(log1p)(x))
    case nk_sin: EACH(N(sin)(x))
    case nk_cos: EACH(N(cos)(x))
    case nk_tanh: EACH(N(tanh)(x))
    case nk_sigmoid: EACH(N(sigmoid)(x))
    case nk_softplus: EACH(N(softplus)(x))
    case nk_erf: EACH(N(erf)(x))
    case nk_add: EACH2(x + y)
    case nk_subtract: EACH2(x - y)
    case nk_multiply: EACH2(x * y)
    case nk_divide: EACH2(x / y)
    case nk_power: EACH2(N(power)(x, y))
    case nk_minimum: EACH2(N(smaller)(x, y))
    case nk_maximum: EACH2(N(larger)(x, y))
    case nk_less: EACH2(N(truth)((I)(x < y)))
    case nk_less_or_equal: EACH2(N(truth)((I)(x <= y)))
    case nk_equal: EACH2(N(truth)((I)(x == y)))
    case nk_select: EACH3(x != 0 ? y : z)
    case nk_multiply_add: EACH3(FMA(x, y, z))
    case nk_add_constant: EACH(x + k)
    case nk_multiply_constant: EACH(x * k)
    case nk_copy: EACH(x)
  }
#undef EACH
#undef EACH2
#undef EACH3
}

/// How an input's elements come into a block.
typedef enum { N(in_place), N(splat), N(periodic), N(strided), N(general) } N(way);

typedef struct {
  N(way) way;
  const T *data;
  long stride[nk_max_dimensions];
  long period;
  const T *tile;
  /// Read through a buffer although it is dense, because an output overwrites it before another one copies it.
  bool buffered;
} N(source);

/// Elements start ..< start + count of the flattened index space. A splat may write up to W - 1 elements more.
INLINE void N(materialize)(const N(source) *source, const long *sizes, int rank, long start, long count, T *to) {
  long index[nk_max_dimensions], rest = start;
  const T *from = source->data;
  for (int d = rank - 1; d >= 0; d--) {
    index[d] = rest % sizes[d];
    rest /= sizes[d];
    from += index[d] * source->stride[d];
  }
  long inner = rank - 1, step = source->stride[inner];
  for (long done = 0; done < count;) {
    long run = sizes[inner] - index[inner];
    if (run > count - done) run = count - done;
    if (step == 0) {
      V value = (V)*from;
      for (long i = 0; i < run; i += W) N(store)(to + done + i, value);
    } else if (step == 1) {
      long i = 0;
      for (; i + W <= run; i += W) N(store)(to + done + i, N(load)(from + i));
      if (i < run) N(store_part)(to + done + i, N(load_part)(from + i, run - i), run - i);
    } else {
      for (long i = 0; i < run; i++) to[done + i] = from[i * step];
    }
    done += run;
    from -= index[inner] * step;
    index[inner] = 0;
    for (long d = inner - 1; d >= 0; d--) {
      from += source->stride[d];
      if (++index[d] < sizes[d]) break;
      from -= index[d] * source->stride[d];
      index[d] = 0;
    }
  }
}

/// Drops dimensions of one element and merges those that every input can walk as one; returns the new rank.
INLINE int N(merge)(const nk_input *inputs, int input_count, const long *sizes, int rank, N(source) *sources, long *merged) {
  int kept = 0;
  for (int d = 0; d < rank; d++) {
    if (sizes[d] == 1) continue;
    bool joins = kept > 0;
    for (int i = 0; joins && i < input_count; i++)
      joins = sources[i].stride[kept - 1] == inputs[i].stride[d] * sizes[d];
    int place = joins ? kept - 1 : kept++;
    merged[place] = joins ? merged[place] * sizes[d] : sizes[d];
    for (int i = 0; i < input_count; i++) sources[i].stride[place] = inputs[i].stride[d];
  }
  return kept;
}

LEVEL void N(fused)(const nk_step *steps, int step_count, const nk_input *inputs, int input_count, const long *sizes, int rank,
                    void *const *outputs, const uint8_t *output_registers, const bool *accumulate, int output_count) {
  N(source) sources[nk_max_registers];
  long merged[nk_max_dimensions] = {1};
  for (int i = 0; i < input_count; i++) {
    sources[i].data = inputs[i].data;
    sources[i].buffered = false;
  }
  int kept = N(merge)(inputs, input_count, sizes, rank, sources, merged);
  long total = 1;
  for (int d = 0; d < rank; d++) total *= sizes[d];
  if (total == 0) return;

  // Where each register is written and read last.
  int written[nk_max_registers], read[nk_max_registers];
  for (int r = 0; r < nk_max_registers; r++) written[r] = read[r] = -1;
  for (int s = 0; s < step_count; s++) {
    const nk_step *step = steps + s;
    int arguments = step->operation < nk_add ? 1 : step->operation < nk_select ? 2 : step->operation <= nk_multiply_add ? 3 : 1;
    read[step->a] = s;
    if (arguments > 1) read[step->b] = s;
    if (arguments > 2) read[step->c] = s;
    written[step->target] = s;
  }
  for (int o = 0; o < output_count; o++) read[output_registers[o]] = step_count;

  // How each input is read when the whole index space is one run.
  _Alignas(64) T tiles[N(tiles)][2 * N(block) + 64 / sizeof(T)];
  int tile_count = 0;
  bool flat = true;
  for (int i = 0; i < input_count; i++) {
    N(source) *source = sources + i;
    long expected = 1;
    int d = kept - 1;
    while (d >= 0 && source->stride[d] == expected) expected *= merged[d--];
    bool repeats = true;
    for (int e = d; e >= 0; e--) repeats = repeats && source->stride[e] == 0;
    source->period = expected;
    if (d < 0) source->way = N(in_place);
    else if (repeats && expected == 1) source->way = N(splat);
    else if (repeats && expected <= N(block) && tile_count < N(tiles)) {
      source->way = N(periodic);
      source->tile = tiles[tile_count++];
    } else {
      source->way = N(general);
      flat = false;
    }
  }

  // Otherwise long rows are runs of their own.
  long run = total, runs = 1;
  int outer = 0;
  if (!flat && merged[kept - 1] >= N(block) / 2) {
    outer = kept - 1;
    run = merged[outer];
    runs = total / run;
    for (int i = 0; i < input_count; i++) {
      long stride = sources[i].stride[outer];
      sources[i].way = stride == 0 ? N(splat) : stride == 1 ? N(in_place) : N(strided);
    }
  } else {
    for (int i = 0; i < input_count; i++) {
      N(source) *source = sources + i;
      if (source->way != N(periodic)) continue;
      T *tile = (T *)source->tile;
      long length = total < N(block) ? total : N(block) + source->period;
      for (long j = 0; j < source->period; j++) tile[j] = source->data[j];
      for (long j = source->period; j < length + W; j++) tile[j] = tile[j - source->period];
    }
  }

  // An output is written by its register's last step unless a later step reads the same array as an input.
  T *direct[nk_max_registers] = {0};
  bool copied[nk_max_registers];
  for (int o = 0; o < output_count; o++) {
    int r = output_registers[o];
    copied[o] = true;
    if (accumulate[o] || written[r] < 0 || direct[r]) continue;
    bool safe = true;
    for (int i = 0; i < input_count; i++)
      safe = safe && (inputs[i].data != outputs[o] || read[i] <= written[r]);
    if (!safe) continue;
    direct[r] = outputs[o];
    copied[o] = false;
  }

  for (int o = 0; o < output_count; o++) {
    int r = output_registers[o];
    if (r >= input_count || written[r] >= 0) continue;
    for (int other = 0; other < output_count; other++)
      if (other != o && outputs[other] == inputs[r].data) sources[r].buffered = true;
  }

  _Alignas(64) T buffers[nk_max_registers][N(block) + 64 / sizeof(T)];
  const T *registers[nk_max_registers];
  for (int r = 0; r < nk_max_registers; r++) registers[r] = buffers[r];
  long index[nk_max_dimensions] = {0}, offset = 0;
  for (long r = 0; r < runs; r++) {
    for (long start = 0; start < run; start += N(block)) {
      long count = run - start < N(block) ? run - start : N(block);
      long padded = (count + W - 1) / W * W;
      bool ragged = padded != count;
      for (int i = 0; i < input_count; i++) {
        const N(source) *source = sources + i;
        T *buffer = buffers[i];
        registers[i] = buffer;
        switch (source->way) {
          case N(in_place):
            if (!ragged && !source->buffered) {
              registers[i] = source->data + start;
            } else {
              long j = 0;
              const T *from = source->data + start;
              for (; j + W <= count; j += W) N(store)(buffer + j, N(load)(from + j));
              if (ragged) N(store)(buffer + j, N(load_part)(from + j, count - j));
            }
            break;
          case N(splat):
            // Filled again only where a step may have overwritten it, a row begins, or more is needed.
            if (start == 0 || written[i] >= 0)
              for (long j = 0; j < padded; j += W) N(store)(buffer + j, (V)*source->data);
            break;
          case N(periodic):
            registers[i] = source->tile + start % source->period;
            break;
          case N(strided): {
            long stride = source->stride[outer];
            const T *from = source->data + start * stride;
            for (long j = 0; j < count; j++) buffer[j] = from[j * stride];
            for (long j = count; j < padded; j++) buffer[j] = 0;
            break;
          }
          case N(general):
            N(materialize)(source, merged, kept, start, count, buffer);
            for (long j = count; j < padded; j++) buffer[j] = 0;
            break;
        }
      }
      for (int s = 0; s < step_count; s++) {
        const nk_step *step = steps + s;
        int t = step->target;
        T *target = !ragged && written[t] == s && direct[t] ? direct[t] + offset + start : buffers[t];
        N(step)(step, registers[step->a], registers[step->b], registers[step->c], target, padded);
        registers[t] = target;
      }
      for (int o = 0; o < output_count; o++) {
        if (!copied[o] && !ragged) continue;
        const T *from = registers[output_registers[o]];
        T *to = (T *)outputs[o] + offset + start;
        long j = 0;
        if (accumulate[o]) {
          for (; j + W <= count; j += W) N(store)(to + j, N(load)(to + j) + N(load)(from + j));
          if (j < count)
            N(store_part)(to + j, N(load_part)(to + j, count - j) + N(load)(from + j), count - j);
        } else {
          for (; j + W <= count; j += W) N(store)(to + j, N(load)(from + j));
          if (j < count) N(store_part)(to + j, N(load)(from + j), count - j);
        }
      }
    }
    offset += run;
    for (int d = outer - 1; d >= 0; d--) {
      index[d]++;
      for (int i = 0; i < input_count; i++) sources[i].data += sources[i].stride[d];
      if (index[d] < merged[d]) break;
      for (int i = 0; i < input_count; i++) sources[i].data -= index[d] * sources[i].stride[d];
      index[d] = 0;
    }
  }
}
