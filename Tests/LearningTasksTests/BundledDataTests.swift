import Platform
import BundledData
import Tables
import TimeSeries
import TestSupport
import Testing

@Suite struct BundledDataTests {
  /// The manifest's rows: file and hash.
  private func manifest() throws -> [String: String] {
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let path = "/\(tests)/Sources/CBundledData/data/MANIFEST.md"
    let text = String(decoding: try Files.read(path), as: UTF8.self)
    var hashes: [String: String] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map { $0.filter { $0 != " " && $0 != "`" } }
      hashes[String(cells[0])] = cells.last
    }
    return hashes
  }

  @Test func `SHA-256 gives the digests of the standard's examples`() {
    // FIPS 180-2, appendix B.
    #expect(
      sha256(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sha256(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  @Test func `every bundled file agrees with the manifest`() throws {
    let hashes = try manifest()
    #expect(Set(hashes.keys) == Set(BundledData.entries.map(\.name)))
    for (name, hash) in hashes {
      #expect(sha256(try BundledData.bytes(of: name)) == hash, "\(name)")
    }
  }

  @Test func `an unknown name throws the known ones`() {
    #expect(
      throws: DataError(
        source: "no.csv", .notBundled(names: BundledData.entries.map(\.name)))
    ) { try BundledData.contents(of: "no.csv") }
  }

  @Test func `the glucose readings are all there, in order and in range`() throws {
    let file = try GlucoseData.series()
    let series = try #require(file.series.first)
    #expect(file.series.count == 1 && series.channels == ["glucose"])
    // 52,281 rows, three of which repeat a time.
    #expect(series.count == 52_278)
    #expect(file.axis.text(of: 0) == "2010-03-24 09:51:00")
    #expect(file.axis.text(of: series.times[series.count - 1]) == "2010-10-10 23:57:00")
    let values = series.observations().values
    #expect(values.allSatisfy { (40...400).contains($0) } && values.count == series.count)
    let gaps = zip(series.times.dropFirst(), series.times).map { $0 - $1 }
    // A quarter of an hour in doubles of hours since the start has an error below 1e-9.
    #expect(gaps.filter { $0 > 0.25 + 1e-9 }.count == 175)
  }

  @Test func `truncated and damaged gzip files are distinguished`() throws {
    let whole = try BundledData.bytes(of: "digits.csv.gz")
    #expect(throws: DataError(source: "x", .truncatedGzip)) {
      try TimeSeriesFile.parse(Array(whole.prefix(500)), name: "x")
    }
    var damaged = whole
    for place in 300..<400 { damaged[place] ^= 0x5a }
    #expect(throws: DataError.self) { try TimeSeriesFile.parse(damaged, name: "x") }
  }

  @Test func `concatenated gzip members read as one file`() throws {
    let once = try BundledData.contents(of: "digits.csv.gz")
    let bytes = try BundledData.bytes(of: "digits.csv.gz")
    var reader = CSVReader(name: "twice", bytes: bytes + bytes)
    var row = CSVRow()
    var lines = 0
    while try reader.read(into: &row) { lines += 1 }
    #expect(lines == 2 * once.filter { $0 == UInt8(ascii: "\n") }.count)
  }
}
