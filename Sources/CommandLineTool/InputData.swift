import ContinuousModels
import Experiments
import NumericCore

/// Signals for the inputs of equations, from the columns of a file.
enum InputData {
  enum Interpolation: String, CaseIterable, ArgumentValue {
    case linear, previous

    var value: InputSignal.Interpolation { self == .linear ? .linear : .previous }
  }

  /// The signals of the columns that are named as inputs; a missing cell is passed over.
  static func signals(
    of series: TimeSeries, for equations: EquationSystem, mapping: [Assignment] = [],
    _ interpolation: Interpolation
  ) -> [String: InputSignal] {
    var signals: [String: InputSignal] = [:]
    for input in equations.inputs {
      let column = mapping.first { $0.value == input.name }?.name ?? input.name
      guard let channel = series.channels.firstIndex(of: column) else { continue }
      let (times, values) = series.observations(of: channel)
      guard !times.isEmpty else { continue }
      signals[input.name] = InputSignal(
        times: times, values: values, interpolation: interpolation.value)
    }
    return signals
  }

  /// The signals of a file whose columns are named as the inputs.
  static func signals(
    file: String, for equations: EquationSystem, _ interpolation: Interpolation,
    _ console: Console
  ) throws -> [String: InputSignal] {
    let names = equations.inputs.map(\.name)
    guard !names.isEmpty else {
      throw UsageError.combination(
        "--inputs: \(equations.name) has no input", remedy: "write 'input u = 0' in the equations")
    }
    let (series, warnings) = try FitData.series(file, nil, needing: 1)
    console.warn(warnings)
    let found = signals(of: series, for: equations, interpolation)
    guard found.isEmpty else { return found }
    throw UsageError.combination(
      "--inputs: no column of \(file) (\(series.channels.joined(separator: ", "))) is named as an input of "
        + "\(equations.name) (\(names.joined(separator: ", ")))", remedy: "rename a column")
  }

  /// A remark for every signal that does not cover a span, for there it keeps its first or last value.
  static func remarks(_ signals: [String: InputSignal], from: Double, to: Double) -> [String] {
    signals.sorted { $0.key < $1.key }.compactMap { name, signal in
      guard let first = signal.times.first, let last = signal.times.last,
        min(from, to) < first || last < max(from, to)
      else { return nil }
      return
        "warning: the input '\(name)' is known from \(shortText(first)) to \(shortText(last)); "
        + "outside it keeps its first and last value"
    }
  }
}
