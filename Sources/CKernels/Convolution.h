// Patches of an image as rows of a matrix, and the adjoint.

/// Kernel columns first ..< last of a window that begins at `left` lie inside the image.
INLINE void N(inside)(long left, long kernel, long size, long *first, long *last) {
  *first = left < 0 ? (-left < kernel ? -left : kernel) : 0;
  *last = size - left < kernel ? (size - left > *first ? size - left : *first) : kernel;
}

LEVEL void N(im2col)(const T *image, long height, long width, long channels, long kernel_height,
                     long kernel_width, long stride, long padding, T *columns) {
  long out_height = (height + 2 * padding - kernel_height) / stride + 1;
  long out_width = (width + 2 * padding - kernel_width) / stride + 1;
  long segment = kernel_width * channels;
  for (long oy = 0; oy < out_height; oy++)
    for (long ox = 0; ox < out_width; ox++) {
      long left = ox * stride - padding, first, last;
      N(inside)(left, kernel_width, width, &first, &last);
      for (long ky = 0; ky < kernel_height; ky++, columns += segment) {
        long y = oy * stride - padding + ky;
        if (y < 0 || y >= height) {
          for (long i = 0; i < segment; i++) columns[i] = 0;
          continue;
        }
        for (long i = 0; i < first * channels; i++) columns[i] = 0;
        N(copy_run)(image + (y * width + left + first) * channels, columns + first * channels,
                    (last - first) * channels);
        for (long i = last * channels; i < segment; i++) columns[i] = 0;
      }
    }
}

LEVEL void N(col2im)(const T *columns, long height, long width, long channels, long kernel_height,
                     long kernel_width, long stride, long padding, T *image) {
  long out_height = (height + 2 * padding - kernel_height) / stride + 1;
  long out_width = (width + 2 * padding - kernel_width) / stride + 1;
  long segment = kernel_width * channels;
  if (height * width * channels > 0)
    memset(image, 0, (size_t)(height * width * channels) * sizeof(T));
  for (long oy = 0; oy < out_height; oy++)
    for (long ox = 0; ox < out_width; ox++) {
      long left = ox * stride - padding, first, last;
      N(inside)(left, kernel_width, width, &first, &last);
      for (long ky = 0; ky < kernel_height; ky++, columns += segment) {
        long y = oy * stride - padding + ky;
        if (y < 0 || y >= height) continue;
        N(add_run)(columns + first * channels, image + (y * width + left + first) * channels,
                   (last - first) * channels);
      }
    }
}
