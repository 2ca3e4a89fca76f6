// The bundled data sets, embedded so that the tool is one file. Sources and licences: data/MANIFEST.md.
#include "CBundledData.h"

#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char cgm_csv_gz[] = {
#embed "data/cgm.csv.gz"
};
static const unsigned char cities_csv_gz[] = {
#embed "data/cities.csv.gz"
};
static const unsigned char co2_csv[] = {
#embed "data/co2.csv"
};
static const unsigned char digits_csv_gz[] = {
#embed "data/digits.csv.gz"
};
static const unsigned char lynx_hare_csv[] = {
#embed "data/lynx_hare.csv"
};
static const unsigned char nyc_weather_csv_gz[] = {
#embed "data/nyc_weather.csv.gz"
};
static const unsigned char tristan_csv[] = {
#embed "data/tristan.csv"
};
static const unsigned char uk_measles_cities_csv[] = {
#embed "data/uk_measles_cities.csv"
};
static const unsigned char uk_measles_demog_csv[] = {
#embed "data/uk_measles_demog.csv"
};
static const unsigned char w1_safetensors[] = {
#embed "data/w1.safetensors"
};
static const unsigned char w3_safetensors[] = {
#embed "data/w3.safetensors"
};

static const BundledFile files[] = {
  {"cgm.csv.gz", cgm_csv_gz, sizeof cgm_csv_gz},
  {"cities.csv.gz", cities_csv_gz, sizeof cities_csv_gz},
  {"co2.csv", co2_csv, sizeof co2_csv},
  {"digits.csv.gz", digits_csv_gz, sizeof digits_csv_gz},
  {"lynx_hare.csv", lynx_hare_csv, sizeof lynx_hare_csv},
  {"nyc_weather.csv.gz", nyc_weather_csv_gz, sizeof nyc_weather_csv_gz},
  {"tristan.csv", tristan_csv, sizeof tristan_csv},
  {"uk_measles_cities.csv", uk_measles_cities_csv, sizeof uk_measles_cities_csv},
  {"uk_measles_demog.csv", uk_measles_demog_csv, sizeof uk_measles_demog_csv},
  {"w1.safetensors", w1_safetensors, sizeof w1_safetensors},
  {"w3.safetensors", w3_safetensors, sizeof w3_safetensors},
};

const BundledFile *bundled_files(void) { return files; }

long bundled_file_count(void) { return sizeof files / sizeof files[0]; }
