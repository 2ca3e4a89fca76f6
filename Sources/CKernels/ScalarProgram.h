// Parts of scalar programs: an operation at a time over a block of rows that stays in the
// first-level cache, or over the one vector that holds a single row.

INLINE T *N(row_of)(const nk_rows *rows, long row) {
  return (T *)rows->data + (rows->numbers ? rows->numbers[row] : row) * rows->stride;
}

/// Rows first ..< first + count of the columns; the lanes up to the next whole vector repeat the
/// first row.
INLINE void N(read_columns)(const nk_column *columns, long column_count, const nk_rows *arguments,
                            char *registers, long first, long count) {
  for (const nk_column *column = columns; column < columns + column_count; column++) {
    const nk_rows *rows = arguments + column->argument;
    T *to = (T *)(registers + column->target);
    V value = (V)N(row_of)(rows, first)[column->element];
    if (count == 1) {
      N(store)(to, value);
      continue;
    }
    if (rows->stride == 0) {
      for (long i = 0; i < count; i += W) N(store)(to + i, value);
      continue;
    }
    long padded = (count + W - 1) & -W;
    N(store)(to + padded - W, value);
    const T *from = N(row_of)(rows, first) + column->element;
    if (rows->numbers)
      for (long i = 0; i < count; i++) to[i] = N(row_of)(rows, first + i)[column->element];
    else
      for (long i = 0; i < count; i++) to[i] = from[i * rows->stride];
  }
}

INLINE void N(write_column)(const nk_column *column, const nk_rows *rows, const char *registers,
                            long first, long count) {
  const T *from = (const T *)(registers + column->target);
  if (rows->adds) {
    for (long i = 0; i < count; i++) N(row_of)(rows, first + i)[column->element] += from[i];
  } else if (rows->numbers) {
    for (long i = 0; i < count; i++) N(row_of)(rows, first + i)[column->element] = from[i];
  } else {
    T *to = N(row_of)(rows, first) + column->element;
    for (long i = 0; i < count; i++) to[i * rows->stride] = from[i];
  }
}

/// `padded` is a multiple of W.
INLINE void N(run_code)(const nk_instruction *code, long code_count, char *registers,
                        long padded) {
#define REGISTER(name) (T *)(registers + i->name)
  const nk_instruction *end = code + code_count;
  if (padded == W)
    for (const nk_instruction *i = code; i < end; i++)
      N(apply)(i->operation, 0, REGISTER(a), REGISTER(b), REGISTER(c), REGISTER(target), W);
  else
    for (const nk_instruction *i = code; i < end; i++)
      N(apply_block)(i->operation, 0, REGISTER(a), REGISTER(b), REGISTER(c), REGISTER(target),
                     padded);
#undef REGISTER
}

/// Rows first ..< first + count, in whole vectors.
LEVEL void N(run_part)(const nk_part *part, const nk_rows *arguments, char *registers, long first,
                       long count) {
  long padded = (count + W - 1) & -W;
  N(read_columns)(part->inputs, part->input_count, arguments, registers, first, count);
  for (long c = 0; c < part->conversion_count; c++) {
    T *to = (T *)(registers + part->conversions[c].target);
    const OTHER *from = (const OTHER *)(registers + part->conversions[c].source);
    if (count == 1)
      N(store)(to, (V)(T)*from);
    else
      for (long i = 0; i < padded; i++) to[i] = (T)from[i];
  }
  N(run_code)(part->code, part->code_count, registers, padded);
}
