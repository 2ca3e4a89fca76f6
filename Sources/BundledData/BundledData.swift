public import Tables
internal import CBundledData

/// The data sets that are part of the program.
public enum BundledData {
  /// The description and origin of a bundled file; the manifest next to the files lists licences
  /// and hashes.
  public struct Entry: Hashable, Sendable {
    /// The name of the file.
    public let name: String
    /// The contents, in one sentence.
    public let summary: String
    /// The licence of the data.
    public let licence: String
    /// The origin of the data.
    public let source: String
  }

  /// All bundled files.
  public static let entries: [Entry] = [
    Entry(
      name: "cgm.csv.gz",
      summary:
        "Continuous glucose monitor: 52,281 readings every 5 minutes over 6.5 months, with gaps.",
      licence: "public domain", source: "Bokeh sample data"),
    Entry(
      name: "cities.csv.gz",
      summary: "Longitude and latitude of 144,563 cities.",
      licence: "CC BY 4.0", source: "GeoNames"),
    Entry(
      name: "co2.csv",
      summary: "Weekly carbon dioxide at Mauna Loa from 1958: 2,284 weeks, 59 of them missing.",
      licence: "public domain", source: "statsmodels data sets"),
    Entry(
      name: "digits.csv.gz",
      summary: "1,797 handwritten digits of 8 × 8 pixels; the last column is the label.",
      licence: "CC BY 4.0", source: "UCI machine learning repository"),
    Entry(
      name: "lynx_hare.csv",
      summary: "Hare and lynx pelts of the Hudson's Bay Company, 1900 to 1920.",
      licence: "BSD-3-Clause", source: "PINTS"),
    Entry(
      name: "nyc_weather.csv.gz",
      summary:
        "Hourly weather at three airports of New York, 2013: 26,115 rows with missing cells.",
      licence: "CC0", source: "nycflights13"),
    Entry(
      name: "tristan.csv",
      summary: "Common cold on Tristan da Cunha, 1967: infected and recovered on 21 days.",
      licence: "BSD-3-Clause", source: "PINTS"),
    Entry(
      name: "uk_measles_cities.csv",
      summary: "Weekly measles cases in seven towns of England, 1944 to 1965.",
      licence: "MIT", source: "pypomp"),
    Entry(
      name: "uk_measles_demog.csv",
      summary: "Births and population of the same towns by year.",
      licence: "MIT", source: "pypomp"),
    Entry(
      name: "w1.safetensors",
      summary: "Initial weights and batches of the benchmark workload W1.",
      licence: "Apache-2.0", source: "this project"),
    Entry(
      name: "w3.safetensors",
      summary: "Initial weights, batches and noise of the benchmark workload W3.",
      licence: "Apache-2.0", source: "this project"),
  ]

  /// The bytes of a bundled file as stored (a `.gz` file is compressed).
  ///
  /// - Throws: `DataError` with the known names if there is no such file.
  public static func bytes(of name: String) throws(DataError) -> [UInt8] {
    let files = UnsafeBufferPointer(start: bundled_files(), count: bundled_file_count())
    for file in files where String(cString: file.name) == name {
      return Array(UnsafeBufferPointer(start: file.bytes, count: file.size))
    }
    throw DataError(source: name, .notBundled(names: entries.map(\.name)))
  }

  /// The bytes of a bundled file, decompressed.
  ///
  /// - Throws: `DataError` with the known names if there is no such file.
  public static func contents(of name: String) throws(DataError) -> [UInt8] {
    let source = try source(name)
    var bytes: [UInt8] = []
    while try source.read(into: &bytes) {}
    return bytes
  }

  package static func source(_ name: String) throws(DataError) -> ByteSource {
    ByteSource(name: name, bytes: try bytes(of: name))
  }
}
