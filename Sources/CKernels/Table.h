// The kernels of one feature level, as a table of function pointers with the public signatures.
#pragma once

#include "CKernels.h"

#define NK_TABLE_MEMBERS(T, suffix)                                                                \
  void (*fused_##suffix)(const nk_step *, int, const nk_input *, int, const long *, int,           \
                         void *const *, const uint8_t *, const bool *, int);                       \
  void (*pack_##suffix)(long, long, const T *, long, long, T *);                                   \
  void (*gemm_##suffix)(long, long, long, const T *, long, long, const T *, const T *,             \
                        nk_activation, bool, T *);                                                 \
  void (*sum_##suffix)(const T *, long, long, long, bool, T *);                                    \
  void (*maximum_over_##suffix)(const T *, long, long, long, T *);                                 \
  void (*copy_##suffix)(const T *, const long *, T *, const long *, const long *, int);            \
  void (*gather_##suffix)(const T *, long, long, const T *, long, T *);                            \
  void (*scatter_add_##suffix)(const T *, const T *, long, long, long, T *);                       \
  void (*im2col_##suffix)(const T *, long, long, long, long, long, long, long, T *);               \
  void (*col2im_##suffix)(const T *, long, long, long, long, long, long, long, T *);               \
  void (*combine_##suffix)(const T *, const T *const *, const double *, int, const double *, long, \
                           long, T *);                                                             \
  void (*combine_rows_##suffix)(const T *, const T *const *, const double *, int, const double *,  \
                                long, long, T *);                                                  \
  void (*error_norm_##suffix)(const T *const *, const double *, int, const double *, const T *,    \
                              const T *, double, double, const T *, long, long, double *);         \
  void (*adam_##suffix)(T *, T *, T *, const T *, long, double, double, double, double, double,    \
                        double, double);

typedef struct {
  NK_TABLE_MEMBERS(float, f32)
  NK_TABLE_MEMBERS(double, f64)
  void (*scalar_program_prepare)(const nk_scalar_program *);
  void (*scalar_program_run)(const nk_scalar_program *, long);
  void (*step_factors)(nk_step_powers, const double *, const double *, long, double *, double *);
} nk_table;

extern const nk_table nk_table_base;
#if defined(__x86_64__)
extern const nk_table nk_table_v3;
extern const nk_table nk_table_v4;
#endif

/// Outputs narrower than this have their own packed format (columns one after the other).
enum { nk_narrow = 4 };
/// Bytes of a packed panel's row: one cache line.
enum { nk_panel_bytes = 64 };
