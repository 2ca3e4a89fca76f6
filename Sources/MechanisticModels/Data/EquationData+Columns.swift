import TimeSeries

extension EquationData {
  /// The error about a file whose columns measure nothing.
  package static func nothingMeasured(
    _ source: String, _ columns: [String], _ equations: EquationSystem, _ mapping: [ColumnMapping]
  ) -> EquationDataError {
    if let wrong = mapping.first(where: { !columns.contains($0.column) }) {
      return EquationDataError(source, .noColumn(wrong.column, known: columns))
    }
    let inputs = equations.inputs.map(\.name)
    return EquationDataError(
      source,
      .nothingMeasured(
        columns: columns, example: columns.first { !inputs.contains($0) } ?? columns.first ?? "",
        equations: equations.name, states: equations.states.map(\.name)))
  }

  /// The signals of the columns that are named as inputs; a missing cell is skipped.
  ///
  /// - Parameters:
  ///   - equations: the equations that name the inputs.
  ///   - interpolation: what holds between two values.
  ///   - shift: is added to the times.
  public func signals(
    for equations: EquationSystem, interpolation: InputSignal.Interpolation = .linear,
    shift: Double = 0
  ) -> [String: InputSignal] {
    var signals: [String: InputSignal] = [:]
    for input in equations.inputs {
      guard let channel = series.channels.firstIndex(of: input.name) else { continue }
      let (times, values) = series.observations(of: channel)
      guard !times.isEmpty else { continue }
      signals[input.name] = InputSignal(
        times: times.map { $0 + shift }, values: values, interpolation: interpolation)
    }
    return signals
  }
}
