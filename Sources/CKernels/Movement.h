// Strided copies, gathered and scattered rows.
INLINE void N(copy_run)(const T *from, T *to, long count) {
  long i = 0;
  for (; i + W <= count; i += W) N(store)(to + i, N(load)(from + i));
  if (i < count) N(store_part)(to + i, N(load_part)(from + i, count - i), count - i);
}

/// The two innermost dimensions: rows × columns.
INLINE void N(copy_plane)(const T *from, long from_row, long from_column, T *to, long to_row,
                          long to_column, long rows, long columns) {
  if (to_column == 1 && from_column == 1) {
    for (long i = 0; i < rows; i++) N(copy_run)(from + i * from_row, to + i * to_row, columns);
  } else if (to_column == 1 && from_column == 0) {
    for (long i = 0; i < rows; i++) {
      V value = (V)from[i * from_row];
      T *row = to + i * to_row;
      long j = 0;
      for (; j + W <= columns; j += W) N(store)(row + j, value);
      if (j < columns) N(store_part)(row + j, value, columns - j);
    }
  } else if (to_column == 1 && from_row == 1 && rows >= 4 && columns >= 4) {
    // A transpose in tiles; strips of 16 columns keep the lines that are read in the cache.
    long tiled = rows / 4 * 4;
    for (long j0 = 0; j0 < columns; j0 += 16) {
      long width = columns - j0 < 16 ? columns - j0 : 16, whole = width / 4 * 4;
      for (long i = 0; i < tiled; i += 4)
        for (long j = j0; j < j0 + whole; j += 4)
          N(transpose4)(from + i + j * from_column, from_column, to + i * to_row + j, to_row);
      for (long i = 0; i < tiled; i++)
        for (long j = j0 + whole; j < j0 + width; j++)
          to[i * to_row + j] = from[i + j * from_column];
    }
    for (long i = tiled; i < rows; i++)
      for (long j = 0; j < columns; j++) to[i * to_row + j] = from[i + j * from_column];
  } else {
    for (long i = 0; i < rows; i++)
      for (long j = 0; j < columns; j++)
        to[i * to_row + j * to_column] = from[i * from_row + j * from_column];
  }
}

LEVEL void N(copy)(const T *source, const long *source_stride, T *target, const long *target_stride,
                   const long *sizes, int rank) {
  enum { most = 8 };
  long size[most], from[most], to[most];
  int kept = 0;
  for (int d = 0; d < rank; d++) {
    if (sizes[d] == 0) return;
    if (sizes[d] == 1) continue;
    if (kept > 0 && from[kept - 1] == source_stride[d] * sizes[d] &&
        to[kept - 1] == target_stride[d] * sizes[d]) {
      size[kept - 1] *= sizes[d];
      from[kept - 1] = source_stride[d];
      to[kept - 1] = target_stride[d];
      continue;
    }
    size[kept] = sizes[d];
    from[kept] = source_stride[d];
    to[kept++] = target_stride[d];
  }
  if (kept == 0) {
    *target = *source;
    return;
  }
  if (kept == 1) {
    N(copy_plane)(source, 0, from[0], target, 0, to[0], 1, size[0]);
    return;
  }
  // The plane's rows: the dimension along which the source is contiguous, if there is one (a
  // transpose), else the next one.
  int row = kept - 2, column = kept - 1;
  for (int d = 0; d < kept - 1; d++)
    if (from[d] == 1 && from[column] != 1) row = d;
  long index[most] = {0};
  for (;;) {
    N(copy_plane)(source, from[row], from[column], target, to[row], to[column], size[row],
                  size[column]);
    int d = column - 1;
    for (; d >= 0; d--) {
      if (d == row) continue;
      source += from[d];
      target += to[d];
      if (++index[d] < size[d]) break;
      source -= size[d] * from[d];
      target -= size[d] * to[d];
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

LEVEL void N(gather)(const T *source, long rows, long width, const T *indices, long count,
                     T *target) {
  for (long i = 0; i < count; i++, target += width) {
    if (indices[i] >= 0 && indices[i] < (T)rows) {
      N(copy_run)(source + (long)indices[i] * width, target, width);
    } else {
      for (long j = 0; j < width; j++) target[j] = (T)__builtin_nan("");
    }
  }
}

INLINE void N(add_run)(const T *from, T *to, long count) {
  long i = 0;
  for (; i + W <= count; i += W) N(store)(to + i, N(load)(to + i) + N(load)(from + i));
  for (; i < count; i++) to[i] += from[i];
}

LEVEL void N(scatter_add)(const T *source, const T *indices, long count, long width, long rows,
                          T *target) {
  if (rows * width > 0) memset(target, 0, (size_t)(rows * width) * sizeof(T));
  for (long i = 0; i < count; i++)
    if (indices[i] >= 0 && indices[i] < (T)rows)
      N(add_run)(source + i * width, target + (long)indices[i] * width, width);
}
