// Parts of scalar programs: an operation at a time, over a block of rows that stays in the
// first-level cache, or on the numbers of one row.

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

INLINE void N(write_number)(const nk_column *column, const nk_rows *rows, const char *from,
                            long row) {
  T *to = N(row_of)(rows, row) + column->element;
  *to = rows->adds ? *to + *(const T *)from : *(const T *)from;
}

LEVEL void N(run_part)(const nk_part *part, const nk_rows *arguments, char *registers, long first,
                       long count) {
  long padded = (count + W - 1) & -W;
  N(read_columns)(part->inputs, part->input_count, arguments, registers, first, count);
  for (long c = 0; c < part->conversion_count; c++) {
    T *to = (T *)(registers + part->conversions[c].target);
    const OTHER *from = (const OTHER *)(registers + part->conversions[c].source);
    for (long i = 0; i < count; i++) to[i] = (T)from[i];
    for (long i = count; i < padded; i++) to[i] = to[0];
  }
#define REGISTER(name) (T *)(registers + i->name)
  for (const nk_instruction *i = part->code; i < part->code + part->code_count; i++)
    N(apply_block)(i->operation, 0, REGISTER(a), REGISTER(b), REGISTER(c), REGISTER(target),
                   padded);
#undef REGISTER
}

/// An operation on one number: the bits of any lane of a vector.
INLINE T N(apply_single)(int operation, T x, T y, T z) {
  switch ((nk_operation)operation) {
    case nk_negate: return -x;
    case nk_reciprocal: return 1 / x;
    case nk_square: return x * x;
    case nk_sqrt: return __builtin_elementwise_sqrt(x);
    case nk_abs: return __builtin_elementwise_abs(x);
    case nk_sign: return x > 0 ? 1 : x < 0 ? -1 : x;
    case nk_floor: return __builtin_elementwise_floor(x);
    case nk_add: return x + y;
    case nk_subtract: return x - y;
    case nk_multiply: return x * y;
    case nk_divide: return x / y;
    case nk_power: return T_IS_FLOAT ? powf(x, y) : pow(x, y);
    case nk_minimum: return x < y || x != x ? x : y;
    case nk_maximum: return N(larger_scalar)(x, y);
    case nk_less: return x < y;
    case nk_less_or_equal: return x <= y;
    case nk_equal: return x == y;
    case nk_select: return x != 0 ? y : z;
    default: {
      T from[W], to[W];
      N(store)(from, (V)x);
      N(apply_block)(operation, 0, from, from, from, to, W);
      return to[0];
    }
  }
}

/// One row, in registers of one number each.
LEVEL void N(run_single)(const nk_part *part, const nk_rows *arguments, char *registers,
                         long row) {
#define REGISTER(name) *(T *)(registers + i->name)
  for (const nk_column *i = part->inputs; i < part->inputs + part->input_count; i++)
    REGISTER(target) = N(row_of)(arguments + i->argument, row)[i->element];
  const nk_conversion *conversions_end = part->conversions + part->conversion_count;
  for (const nk_conversion *i = part->conversions; i < conversions_end; i++)
    REGISTER(target) = (T) * (const OTHER *)(registers + i->source);
  for (const nk_instruction *i = part->code; i < part->code + part->code_count; i++)
    REGISTER(target) = N(apply_single)(i->operation, REGISTER(a), REGISTER(b), REGISTER(c));
#undef REGISTER
}
