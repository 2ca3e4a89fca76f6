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

  /// - Parameter parameters: which are estimated, and their places among the unknowns; at least one of them has an effect on a constant.
  init(_ system: EquationSystem, parameters: [(parameter: Int, place: Int)]) {
    let formulas = system.formulas
    let varying =
      [formulas.timePlace] + Array(formulas.statePlaces) + Array(formulas.inputPlaces)
    let estimated = parameters.map { formulas.parameterPlaces.lowerBound + $0.parameter }
    let (varies, isUnknown) = (
      formulas.graph.outputs(dependingOn: varying), formulas.graph.outputs(dependingOn: estimated)
    )
    let constants = system.intermediates.indices.filter { place in
      let output = formulas.intermediates.lowerBound + place
      return !varies[output] && isUnknown[output]
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
