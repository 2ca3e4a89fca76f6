#pragma once

/// One bundled file: its name, its bytes and their number.
typedef struct {
  const char *name;
  const unsigned char *bytes;
  long size;
} BundledFile;

const BundledFile *bundled_files(void);
long bundled_file_count(void);
