extension Graph {
  /// For each value, whether it depends on one of the parameters at these indices, with or without
  /// a derivative.
  public func values(dependingOn places: some Sequence<Int>) -> [Bool] {
    var depends = [Bool](repeating: false, count: types.count)
    for place in places { depends[parameters[place]] = true }
    for instruction in instructions where instruction.operands.contains(where: { depends[$0] }) {
      for value in instruction.results { depends[value] = true }
    }
    return depends
  }

  /// For each output, whether it depends on one of the parameters at these indices.
  public func outputs(dependingOn places: some Sequence<Int>) -> [Bool] {
    let depends = values(dependingOn: places)
    return outputs.map { depends[$0] }
  }
}
