import Tables

/// Known values of parameters and initial values by experiment: a table with a column of ids and one for each name.
package struct ConditionTable {
  private let source: String
  private let values: [String: [String: Double]]
  private let order: [String]

  /// - Parameter missing: words that mean a missing value, beside the empty cell and `.`.
  /// - Throws: `DataError` for a cell that is no number; `EquationDataError` for a column that the equations do not name.
  package init(_ table: FitTable, for equations: EquationSystem, missing: [String] = []) throws {
    source = table.source
    let names = EquationNames(equations)
    let id = table.first(of: ["id", "conditionid", "experiment", "condition"]) ?? 0
    var columns: [(name: String, column: Int)] = []
    for (column, name) in table.header.enumerated() where column != id {
      if name == "conditionName" { continue }
      guard let condition = names.condition(name) else {
        throw EquationDataError(
          table.source, line: 1, .unknownCondition(name, known: names.conditions))
      }
      columns.append((condition, column))
    }
    var values: [String: [String: Double]] = [:]
    var order: [String] = []
    for row in table.rows {
      let key = row.cells[id]
      if values[key] != nil {
        throw EquationDataError(table.source, line: row.line, .conditionTwice(key))
      }
      var own: [String: Double] = [:]
      for (name, column) in columns {
        let text = row.cells[column]
        if text.isEmpty || text == "." || missing.contains(text) { continue }
        guard let number = MeasuredCell.number(text) else {
          let isNumber = decimalNumber(ArraySlice(text.utf8)) != nil
          let name = table.header[column]
          throw DataError(
            source: table.source, line: row.line, column: column + 1,
            isNumber
              ? .notFinite(text: text, column: name) : .notANumber(text: text, column: name))
        }
        own[name] = number
      }
      values[key] = own
      order.append(key)
    }
    self.values = values
    self.order = order
  }

  /// The experiments with their conditions.
  ///
  /// - Throws: `EquationDataError` for an experiment without a row.
  package func applied(to experiments: Experiments) throws(EquationDataError) -> Experiments {
    var result = experiments
    for place in result.experiments.indices {
      let id = result.experiments[place].id
      let only = id.isEmpty && order.count == 1 ? order.first : nil
      guard let own = values[only ?? id] else {
        throw EquationDataError(source, .noCondition(id, known: order))
      }
      result.experiments[place].conditions.merge(own) { $1 }
    }
    return result
  }
}
