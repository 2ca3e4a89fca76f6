import Platform
import NumericCore
public import Tables
public import TimeSeries

/// The series of a file with their missing values imputed by a trained model.
///
/// Observed values are unchanged. A value between two observations is estimated from both sides; a
/// value after the last observation is a forecast, up to the future that the model was trained for.
public struct Imputation: Sendable {
  /// The value of a channel at a time.
  public struct Cell: Hashable, Sendable {
    /// The observed or imputed value; `nil` if it could not be imputed.
    public var value: Double?
    /// The central band of 90 %; `nil` for an observed value.
    public var band: ClosedRange<Double>?
  }

  /// One time of a series, with a cell for each target channel.
  public struct Row: Hashable, Sendable {
    /// The id of the series; empty without ids.
    public var id: String
    /// The time of the row, on the axis of the file.
    public var time: Double
    /// The cells, in the order of `channels`.
    public var cells: [Cell]
  }

  /// The target channels.
  public var channels: [String]
  /// The rows, series by series and in order of time.
  public var rows: [Row]
  /// The time axis of the file.
  public var axis: TimeAxis
  /// Whether the series have names.
  public var hasIDs: Bool
  public var warnings: [DataWarning]
  /// Numbers of imputed cells, of added rows, and of cells that remain empty.
  public var counts = (imputed: 0, added: 0, empty: 0)

  /// Imputes the missing values of every series of a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - model: the trained model.
  ///   - addsRows: whether rows that are missing from a regular series are added.
  /// - Throws: `DataError` for invalid data, `RunError` if the file lacks a channel of the model.
  public init(of path: String, by model: Forecaster, addsRows: Bool = true) throws {
    let data = try model.data(of: path)
    channels = model.forecaster.channels
    axis = data.axis
    hasIDs = data.series.contains { !$0.id.isEmpty }
    warnings = data.warnings
    rows = []
    for series in data.series {
      let imputer = SeriesImputer(series, model, addsRows: addsRows)
      rows += imputer.rows()
      counts.added += imputer.addedTimes.count
    }
    for cell in rows.lazy.flatMap(\.cells) {
      if cell.band != nil { counts.imputed += 1 }
      if cell.value == nil { counts.empty += 1 }
    }
  }

  /// A line for each row: the id if the series have names, the time, the value of each channel, and
  /// the ends of the 90 % band of each channel, which are empty for observed values.
  public var csv: String {
    var text = hasIDs ? "id,time" : "time"
    for name in channels { text += "," + csvCell(name) }
    for name in channels { text += "," + csvCell(name + " lower") + "," + csvCell(name + " upper") }
    text += "\n"
    for row in rows {
      if hasIDs { text += csvCell(row.id) + "," }
      text += csvCell(axis.text(of: row.time))
      for cell in row.cells {
        text += ","
        guard let value = cell.value else { continue }
        // Observed values are written unchanged.
        text += cell.band == nil ? "\(value)" : ForecastPrediction.number(value)
      }
      for cell in row.cells {
        text +=
          cell.band.map {
            "," + ForecastPrediction.number($0.lowerBound) + ","
              + ForecastPrediction.number($0.upperBound)
          } ?? ",,"
      }
      text += "\n"
    }
    return text
  }
}

/// The imputation of one series in windows of the length that the model was trained for.
private struct SeriesImputer {
  let series: TimeSeries
  let model: Forecaster
  /// Times of missing rows, in order.
  let addedTimes: [Double]

  init(_ series: TimeSeries, _ model: Forecaster, addsRows: Bool) {
    self.series = series.inMemory
    self.model = model
    addedTimes = addsRows ? Self.missingTimes(of: series.times) : []
  }

  private var forecaster: SeriesForecaster { model.forecaster }
  private var channels: Range<Int> { forecaster.channels.indices }
  private var history: Double { model.recipe.history ?? 1 }
  private var future: Double { model.recipe.future ?? 1 }

  /// The times that a regular series lacks: those between two rows that are a multiple of the usual
  /// distance apart.
  ///
  /// Empty if fewer than nine tenths of the distances are usual.
  private static func missingTimes(of times: [Double]) -> [Double] {
    let distances = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
    guard distances.count >= 3 else { return [] }
    let usual = distances[distances.count / 2]
    let regular = distances.count { abs($0 - usual) <= 0.05 * usual }
    guard 10 * regular >= 9 * distances.count else { return [] }
    return zip(times, times.dropFirst()).flatMap { left, right -> [Double] in
      let steps = ((right - left) / usual).rounded()
      guard steps >= 2, steps <= 1e6 else { return [] }
      return (1..<Int(steps)).map { left + (right - left) * Double($0) / steps }
    }
  }

  /// All rows with their imputed cells.
  func rows() -> [Imputation.Row] {
    var rows: [Double: [Imputation.Cell]] = [:]
    for row in 0..<series.count {
      rows[series.time(row)] = channels.map { Imputation.Cell(value: series.value(row, $0)) }
    }
    for time in addedTimes {
      rows[time] = channels.map { _ in Imputation.Cell() }
    }
    let times = rows.keys.sorted()
    let missing = times.filter { time in rows[time]?.contains { $0.value == nil } == true }
    let half = normalQuantile(0.95)
    forecaster.forEachForecast(of: groups(missing), as: example) { group, forecast in
      for (place, time) in group.times.enumerated() {
        for channel in channels where rows[time]?[channel].value == nil {
          guard forecast.isFinite(place, channel) else { continue }
          let (mean, width) = (
            forecast.means[place][channel], half * forecast.deviations[place][channel]
          )
          rows[time]?[channel] = Imputation.Cell(value: mean, band: mean - width...mean + width)
        }
      }
    }
    return times.map { Imputation.Row(id: series.id, time: $0, cells: rows[$0] ?? []) }
  }

  /// Missing times that one window answers.
  private struct Group {
    var times: [Double]
    var start: Double
    var end: Double
    /// Whether the times are after the last observation.
    var isForecast = false
  }

  /// Windows around the missing times; times without an observation in their window are left out.
  private func groups(_ missing: [Double]) -> [Group] {
    guard let last = series.lastTime(observing: channels) else { return [] }
    let window = history + future
    var groups: [Group] = []
    var rest = missing[...]
    while let first = rest.first, first <= last {
      let times = rest.prefix { $0 <= min(first + window / 3, last) }
      rest = rest.dropFirst(times.count)
      groups.append(
        Group(times: Array(times), start: first - window / 3, end: first + window * 2 / 3))
    }
    let ahead = rest.filter { $0 <= last + future * (1 + 1e-9) }
    if !ahead.isEmpty {
      groups.append(Group(times: ahead, start: last - history, end: last, isForecast: true))
    }
    return groups.filter { group in
      series.part(after: group.start.nextDown, through: group.end).lastTime(observing: channels)
        != nil
    }
  }

  private func example(_ group: Group) -> SeriesExample {
    let visible = series.after(group.start.nextDown, through: group.end)
    let now =
      group.isForecast
      ? group.end : max(visible.lastTime ?? group.end, group.times.last ?? group.end)
    var example = SeriesExample(
      start: group.start, now: now, visible: visible,
      asked: series.questions(at: group.times, inputsFrom: channels.count))
    example.series = series
    return example
  }
}
