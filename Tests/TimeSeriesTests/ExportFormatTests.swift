import NumericCore
import Tables
import Testing
import TimeSeries

/// Random exports of one table: the reader finds the same series in all of them.
@Suite struct ExportFormatTests {
  @Test func `variations of exports are read alike`() throws {
    for seed in 0..<400 {
      var export = Export(seed: UInt64(seed))
      let text = export.text()
      let file: TimeSeriesFile
      do {
        file = try TimeSeriesFile.parse(export.encoded(text), name: "export.csv")
      } catch {
        Issue.record("seed \(seed): \(error)\n\(text.prefix(500))")
        continue
      }
      let series = file.series[0]
      #expect(
        series.channels == ["x °C", "y"], "seed \(seed): \(series.channels)\n\(text.prefix(400))")
      guard series.channels.count == 2, series.count == export.times.count else {
        Issue.record(
          "seed \(seed): \(series.count) rows of \(export.times.count)\n\(text.prefix(600))")
        continue
      }
      let start = series.time(0)
      for row in export.times.indices {
        let hours = export.times[row] / 3_600
        #expect(
          abs(series.time(row) - start - hours) < 1e-6,
          "seed \(seed), row \(row)\n\(text.prefix(300))")
        for channel in 0..<2 {
          #expect(
            series.value(row, channel) == export.values[channel][row],
            "seed \(seed), row \(row), channel \(channel)\n\(text.prefix(600))")
        }
      }
    }
  }
}

/// A table and the way a program writes it.
private struct Export {
  var times: [Double] = []
  var values: [[Double?]] = [[], []]
  private var generator: SplitMix

  private enum TimeFormat: CaseIterable {
    case numbers, iso, isoZ, isoOffset, utcWord, dayMonth, unix, epochSeconds, epochMilliseconds
    case twoColumns, hourColumn, elapsed, namedMonth
  }

  init(seed: UInt64) {
    generator = SplitMix(state: seed)
    let count = 20 + Int(generator.next() % 60)
    let step = [60.0, 900, 3_600, 86_400][Int(generator.next() % 4)]
    for row in 0..<count {
      times.append(Double(row) * step)
      for channel in 0..<2 {
        let isMissing = row > 3 && generator.next() % 8 == 0
        let value = Double(250 + Int(generator.next() % 4_000)) / 100
        values[channel].append(isMissing ? nil : value)
      }
    }
  }

  private mutating func flip(_ every: UInt64 = 2) -> Bool { generator.next() % every == 0 }

  mutating func text() -> String {
    let formats = TimeFormat.allCases.filter { format in
      let step = times[1] - times[0]
      // Whole hours, and rows that do not share a day's clock time.
      return format != .hourColumn || step == 3_600
    }
    let format = formats[Int(generator.next() % UInt64(formats.count))]
    let separator = [",", ";", "\t", "|"][Int(generator.next() % 4)]
    let isRepeated = values.joined().count { $0 == nil } > 1
    let mark: Double? =
      isRepeated && flip(4) ? [-9_999, -999, 999.9, -1][Int(generator.next() % 4)] : nil
    let numbersRows = flip(3)
    let isUnnamed = flip()
    let extra = flip(3)
    let trailing = flip(4)
    let quoted = flip(4)
    func quote(_ text: String) -> String { quoted ? "\"\(text)\"" : text }
    func number(_ value: Double?) -> String {
      guard let value = value ?? mark else { return "" }
      let text = shortText(value)
      return separator == ";" ? text.replacingPoint : text
    }
    var rows: [[String]] = []
    for row in times.indices {
      var cells = numbersRows ? ["\(row + 1)"] : []
      cells += time(format, times[row]).map {
        format == .numbers && separator == ";" ? $0.replacingPoint : $0
      }
      cells += [number(values[0][row]), number(values[1][row])]
      if extra { cells += ["", "ok", "7"] }
      if trailing { cells.append("") }
      rows.append(cells)
    }
    if flip(3) { rows.reverse() }
    if numbersRows { for row in rows.indices { rows[row][0] = "\(row)" } }
    var header = numbersRows ? [isUnnamed ? "" : "Index"] : []
    header += names(format) + ["x °C", "y"]
    if extra { header += ["battery", "status", "station"] }
    let units = flip(4) ? header.map { $0.isEmpty ? "" : "(u)" } : nil
    var lines: [String] = []
    for title in 0..<Int(generator.next() % 3) where flip() {
      lines.append(title == 0 ? "Logger export" : "Serial number: A-17")
    }
    if flip(4) { lines.append("# a comment") }
    lines.append(header.map(quote).joined(separator: separator))
    if let units { lines.append(units.joined(separator: separator)) }
    lines += rows.map { $0.joined(separator: separator) }
    if flip(4) { lines.append("End of data") }
    return lines.joined(separator: flip(3) ? "\r\n" : "\n") + (flip() ? "\n" : "")
  }

  mutating func encoded(_ text: String) -> [UInt8] {
    switch generator.next() % 5 {
    case 0: return [0xef, 0xbb, 0xbf] + Array(text.utf8)
    case 1: return [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    case 2: return [0xfe, 0xff] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    case 3: return text.unicodeScalars.map { UInt8($0.value) }
    default: return Array(text.utf8)
    }
  }

  private func names(_ format: TimeFormat) -> [String] {
    switch format {
    case .twoColumns: ["Date", "Time"]
    case .hourColumn: ["date", "hour"]
    case .elapsed: ["Elapsed time"]
    case .numbers: ["time"]
    default: ["Timestamp (local)"]
    }
  }

  private func time(_ format: TimeFormat, _ seconds: Double) -> [String] {
    // 2023-11-13 00:00 UTC, so that days exceed twelve.
    let moment = 1_699_833_600 + seconds
    let iso = CalendarTime.text(moment)
    let parts = iso.split(separator: " ").map(String.init)
    let date = parts[0].split(separator: "-").map(String.init)
    let months = ["Nov", "Dec", "Jan", "Feb"]
    let month = months[(Int(date[1])! + 1) % 12]
    switch format {
    case .numbers: return [shortText(seconds / 3_600, digits: 15)]
    case .iso: return [iso]
    case .isoZ: return [parts[0] + "T" + parts[1] + "Z"]
    case .isoOffset: return [parts[0] + "T" + parts[1] + "+02:00"]
    case .utcWord: return [iso + " UTC"]
    case .dayMonth: return ["\(date[2])/\(date[1])/\(date[0]) \(parts[1])"]
    case .unix: return ["Mon \(month) \(date[2]) \(parts[1]) CET \(date[0])"]
    case .namedMonth: return ["\(date[2])-\(month)-\(date[0]) \(parts[1])"]
    case .epochSeconds: return [shortText(moment, digits: 15)]
    case .epochMilliseconds: return [shortText(moment * 1_000, digits: 15)]
    case .twoColumns: return [parts[0], String(parts[1].prefix(5))]
    case .hourColumn: return [parts[0], String(Int(parts[1].prefix(2))!)]
    case .elapsed:
      let minutes = Int(seconds / 60)
      let rest = String(minutes % 60)
      return ["\(minutes / 60):\(rest.count < 2 ? "0" : "")\(rest)"]
    }
  }
}

extension String {
  fileprivate var replacingPoint: String { String(map { $0 == "." ? "," : $0 }) }
}

private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
