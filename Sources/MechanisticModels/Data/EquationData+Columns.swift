import NumericCore
import TimeSeries

extension EquationData {
  /// The columns that equations name, or a mapping.
  public static func columns(
    for equations: EquationSystem, mapping: [ColumnMapping] = []
  ) -> Set<String> {
    Set(measurable(of: equations) + equations.inputs.map(\.name) + mapping.map(\.column))
  }

  private static func measurable(of equations: EquationSystem) -> [String] {
    equations.states.map(\.name) + equations.intermediates.map(\.name)
  }

  /// The measured columns under their names in the equations.
  ///
  /// - Parameter mapping: columns whose name is not that of the quantity that they measure.
  /// - Throws: `EquationDataError` if a mapping names nothing, if two columns measure one quantity, or if no
  ///   column measures any.
  public func measurements(
    for equations: EquationSystem, mapping: [ColumnMapping] = []
  ) throws(EquationDataError) -> ParameterFit.Measurements {
    let columns = try measured(for: equations, mapping)
    let values = series.times.indices.map { row in
      columns.map { series.value(row, $0.channel) ?? .nan }
    }
    return ParameterFit.Measurements(
      times: series.times, names: columns.map(\.name), values: values)
  }

  private func measured(
    for equations: EquationSystem, _ mapping: [ColumnMapping]
  ) throws(EquationDataError) -> [(channel: Int, name: String)] {
    let known = Self.measurable(of: equations)
    var columns: [(channel: Int, name: String)] = []
    for entry in mapping
    where !equations.inputs.contains(where: { $0.name == entry.quantity }) {
      guard let channel = series.channels.firstIndex(of: entry.column) else {
        throw EquationDataError(source, .noColumn(entry.column, known: self.columns))
      }
      guard known.contains(entry.quantity) else {
        throw EquationDataError(
          source, .noQuantity(entry.quantity, equations: equations.name, known: known))
      }
      columns.append((channel, entry.quantity))
    }
    for (channel, name) in series.channels.enumerated()
    where known.contains(name) && !columns.contains(where: { $0.channel == channel }) {
      columns.append((channel, name))
    }
    for (place, column) in columns.enumerated() {
      guard let other = columns[..<place].first(where: { $0.name == column.name }) else { continue }
      throw EquationDataError(
        source,
        .measuredTwice(
          column.name,
          columns: [series.channels[other.channel], series.channels[column.channel]]))
    }
    if columns.isEmpty { throw Self.nothingMeasured(source, self.columns, equations, []) }
    return columns
  }

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
  /// - Parameter shift: is added to the times.
  public func signals(
    for equations: EquationSystem, mapping: [ColumnMapping] = [],
    interpolation: InputSignal.Interpolation = .linear, shift: Double = 0
  ) -> [String: InputSignal] {
    var signals: [String: InputSignal] = [:]
    for input in equations.inputs {
      let column = mapping.first { $0.quantity == input.name }?.column ?? input.name
      guard let channel = series.channels.firstIndex(of: column) else { continue }
      let (times, values) = series.observations(of: channel)
      guard !times.isEmpty else { continue }
      signals[input.name] = InputSignal(
        times: times.map { $0 + shift }, values: values, interpolation: interpolation)
    }
    return signals
  }
}
