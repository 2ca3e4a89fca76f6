// How the inputs of a fused program come into its blocks.
enum { N(block) = 256, N(tiles) = 8, N(slack) = 64 / sizeof(T) };

/// In place; one value; a pattern that repeats; a row with a stride; anything else.
typedef enum { N(in_place), N(splat), N(periodic), N(strided), N(general) } N(way);

typedef struct {
  N(way) way;
  /// Copied although it is dense, because an output overwrites it before it is read.
  bool buffered;
  const T *data;
  long stride[nk_max_dimensions];
  /// The pattern's length, and the pattern over and over, a block longer than that.
  long period;
  T *tile;
} N(source);

/// True if every input is dense or a single value; then one dimension is enough.
INLINE bool N(walks_as_one)(const nk_input *inputs, int input_count, const long *sizes, int rank,
                            N(source) * sources) {
  for (int i = 0; i < input_count; i++) {
    bool dense = true, constant = true;
    long expected = 1;
    for (int d = rank - 1; d >= 0; d--) {
      long stride = inputs[i].stride[d];
      bool counts = sizes[d] != 1;
      dense &= !counts | (stride == expected);
      constant &= !counts | (stride == 0);
      expected *= sizes[d];
    }
    if (!dense && !constant) return false;
    sources[i].way = dense ? N(in_place) : N(splat);
    sources[i].buffered = false;
    sources[i].data = inputs[i].data;
  }
  return true;
}

/// Drops dimensions of one element and merges those that every input can walk as one; returns the
/// new rank.
INLINE int N(merge)(const nk_input *inputs, int input_count, const long *sizes, int rank,
                    N(source) * sources, long *merged) {
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

/// Classifies an input over merged sizes; its pattern is the dense part behind leading dimensions
/// that repeat it.
INLINE void N(classify)(N(source) * source, const long *sizes, int rank) {
  long expected = 1;
  int d = rank - 1;
  while (d >= 0 && source->stride[d] == expected) expected *= sizes[d--];
  bool repeats = true;
  for (int e = d; e >= 0; e--) repeats = repeats && source->stride[e] == 0;
  source->period = expected;
  source->way = d < 0           ? N(in_place)
                : !repeats      ? N(general)
                : expected == 1 ? N(splat)
                                : N(periodic);
}

/// Fills a tile so that `count` elements can be read from any phase.
INLINE void N(fill_tile)(N(source) * source, long count) {
  long period = source->period, length = count + (count > N(block) - W ? period : 0);
  T *tile = source->tile;
  // The first elements one by one, until a vector can be read from any phase…
  long j = 0;
  for (; j < period; j++) tile[j] = source->data[j];
  for (; j < period + W; j++) tile[j] = tile[j - period];
  // … then whole vectors, each from its phase at the beginning.
  long step = W % period, phase = j % period;
  for (; j < length + W; j += W) {
    N(store)(tile + j, N(load)(tile + phase));
    phase += step;
    if (phase >= period) phase -= period;
  }
}

/// Elements start ..< start + count of the index space. A splat may write up to W - 1 elements
/// more.
INLINE void N(materialize)(const N(source) * source, const long *sizes, int rank, long start,
                           long count, T *to) {
  long index[nk_max_dimensions], rest = start;
  const T *from = source->data;
  for (int d = rank - 1; d >= 0; d--) {
    index[d] = rest % sizes[d];
    rest /= sizes[d];
    from += index[d] * source->stride[d];
  }
  const T *end = to + count;
  long inner = rank - 1, step = source->stride[inner], row = sizes[inner];
  while (to < end) {
    long run = row - index[inner];
    if (run > end - to) run = end - to;
    if (step == 0) {
      V value = (V)*from;
      for (long i = 0; i < run; i += W) N(store)(to + i, value);
    } else if (step == 1) {
      long i = 0;
      for (; i + W <= run; i += W) N(store)(to + i, N(load)(from + i));
      if (i < run) N(store_part)(to + i, N(load_part)(from + i, run - i), run - i);
    } else {
      for (long i = 0; i < run; i++) to[i] = from[i * step];
    }
    to += run;
    from -= index[inner] * step;
    index[inner] = 0;
    for (long d = inner - 1; d >= 0; d--) {
      long stride = source->stride[d];
      from += stride;
      if (++index[d] < sizes[d]) {
        // A narrow column, one store a row.
        if (d == inner - 1 && step == 0 && row <= W)
          for (; index[d] < sizes[d] - 1 && end - to >= row; index[d]++, to += row, from += stride)
            N(store)(to, (V)*from);
        break;
      }
      from -= index[d] * stride;
      index[d] = 0;
    }
  }
}
