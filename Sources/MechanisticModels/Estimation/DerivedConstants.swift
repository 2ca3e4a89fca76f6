import Graphs

/// A quantity that follows from the unknowns, and its derivatives by the search's coordinates.
package struct DerivedValue: Sendable {
  package var name: String
  package var value: Double
  /// `[unknown]`.
  package var gradient: [Double]

  package init(name: String, value: Double, gradient: [Double]) {
    self.name = name
    self.value = value
    self.gradient = gradient
  }
}

/// The intermediates of a system that depend on its parameters alone, as a half-life `log(2)/k` does.
struct DerivedConstants {
  let names: [String]
  private let sensitivity: SensitivitySystem

  private let places: [Int]

  /// - Parameters:
  ///   - parameters: which are estimated, and their places among the unknowns; at least one of them has an effect on a constant.
  ///   - others: parameters that differ between experiments.
  ///   - differing: whether only constants are taken that depend on these, or only others.
  init(
    _ system: EquationSystem, parameters: [(parameter: Int, place: Int)],
    differing others: Set<Int> = [], _ differing: Bool = false
  ) {
    let formulas = system.formulas
    let varying =
      [formulas.timePlace] + Array(formulas.statePlaces) + Array(formulas.inputPlaces)
    let estimated = parameters.map { formulas.parameterPlaces.lowerBound + $0.parameter }
    let own = others.sorted().map { formulas.parameterPlaces.lowerBound + $0 }
    let (varies, isUnknown, differs) = (
      formulas.graph.outputs(dependingOn: varying), formulas.graph.outputs(dependingOn: estimated),
      formulas.graph.outputs(dependingOn: own)
    )
    let constants = system.intermediates.indices.filter { place in
      let output = formulas.intermediates.lowerBound + place
      return !varies[output] && isUnknown[output] && differs[output] == differing
    }
    places = parameters.map(\.place)
    names = constants.map { system.intermediates[$0].name }
    sensitivity = SensitivitySystem(
      system, unknowns: constants.isEmpty ? [] : parameters.map { .parameter($0.parameter) },
      observables: constants.map { .intermediate($0) })
  }

  /// Values, and derivatives by the search's coordinates.
  ///
  /// - Parameter slopes: of the unknowns' values by their coordinates.
  func values(parameters: [Double], slopes: [Double]) -> [DerivedValue] {
    guard !names.isEmpty else { return [] }
    let evaluator = EquationEvaluator<Double>(sensitivity.observation, parameters: parameters)
    let zeros = [Double](repeating: 0, count: sensitivity.width)
    let results = evaluator.results(time: 0, state: zeros)
    return names.enumerated().map { place, name in
      var gradient = [Double](repeating: 0, count: slopes.count)
      for (block, unknown) in places.enumerated() {
        gradient[unknown] = results[(1 + block) * names.count + place] * slopes[unknown]
      }
      return DerivedValue(name: name, value: results[place], gradient: gradient)
    }
  }
}
