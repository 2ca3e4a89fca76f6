import TimeSeries
import Tables
import ArgumentParsing
import MechanisticModels
import NumericCore

/// Signals for the inputs of equations, from the columns of a file.
enum InputData {
  /// The signals of the columns that are named as inputs; a missing cell is passed over.
  static func signals(
    of series: TimeSeries, for equations: EquationSystem, mapping: [Assignment] = [],
    _ interpolation: InputSignal.Interpolation, shift: Double = 0
  ) -> [String: InputSignal] {
    var signals: [String: InputSignal] = [:]
    for input in equations.inputs {
      let column = mapping.first { $0.value == input.name }?.name ?? input.name
      guard let channel = series.channels.firstIndex(of: column) else { continue }
      let (times, values) = series.observations(of: channel)
      guard !times.isEmpty else { continue }
      signals[input.name] = InputSignal(
        times: times.map { $0 + shift }, values: values, interpolation: interpolation)
    }
    return signals
  }

  /// A file whose columns are named as the inputs.
  ///
  /// - Parameters:
  ///   - unit: of times that are dates.
  ///   - dates: what comes first in dates such as 5/4/2024.
  static func series(
    _ file: String, for equations: EquationSystem, unit: TimeUnit?, dates: DateOrder?,
    missing: [String] = []
  ) throws -> EquationSeries {
    let names = equations.inputs.map(\.name)
    guard !names.isEmpty else {
      throw UsageError.combination(
        "--inputs: \(equations.name) has no input", remedy: "write 'input u = 0' in the equations")
    }
    return try EquationSeries(
      file, columns: Set(names), unit: unit, dates: dates, missing: missing, nil, needing: 1
    ) { columns in
      .combination(
        "--inputs: no column of \(file) (\(columns.joined(separator: ", "))) is named as an input of "
          + "\(equations.name) (\(names.joined(separator: ", ")))", remedy: "rename a column")
    }
  }

  /// A remark for every signal that does not cover a span, for there it keeps its first or last value.
  static func remarks(
    _ signals: [String: InputSignal], from: Double, to: Double, on axis: TimeAxis = .number
  ) -> [String] {
    signals.sorted { $0.key < $1.key }.compactMap { name, signal in
      guard let first = signal.times.first, let last = signal.times.last,
        min(from, to) < first || last < max(from, to)
      else { return nil }
      return
        "warning: the input '\(name)' is known from \(axis.label(of: first)) to \(axis.label(of: last)); "
        + "outside it keeps its first and last value"
    }
  }
}

extension InputSignal.Interpolation: ArgumentValue {}
