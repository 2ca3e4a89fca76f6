import Graphs
import NumericCore

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
  private let system: EquationSystem
  private let sensitivity: SensitivitySystem

  /// - Parameter unknowns: at least one of their parameters must have an effect on a constant.
  init(_ system: EquationSystem, unknowns: [SensitivitySystem.Unknown]) {
    let formulas = system.formulas
    let varying =
      [formulas.timePlace] + Array(formulas.statePlaces) + Array(formulas.inputPlaces)
    let estimated = unknowns.compactMap { (unknown: SensitivitySystem.Unknown) -> Int? in
      if case .parameter(let place) = unknown { formulas.parameterPlaces.lowerBound + place } else {
        nil
      }
    }
    let (varies, isUnknown) = (
      formulas.graph.outputs(dependingOn: varying), formulas.graph.outputs(dependingOn: estimated)
    )
    let places = system.intermediates.indices.filter { place in
      let output = formulas.intermediates.lowerBound + place
      return !varies[output] && isUnknown[output]
    }
    self.system = system
    names = places.map { system.intermediates[$0].name }
    sensitivity = SensitivitySystem(
      system, unknowns: places.isEmpty ? [] : unknowns, observables: places.map { .intermediate($0) })
  }

  /// Values and derivatives, by the values of the unknowns.
  func values(parameters: [Double]) -> [DerivedValue] {
    guard !names.isEmpty else { return [] }
    let evaluator = EquationEvaluator<Double>(sensitivity.observation, parameters: parameters)
    let zeros = [Double](repeating: 0, count: sensitivity.width)
    let results = evaluator.results(time: 0, state: zeros)
    return names.enumerated().map { place, name in
      DerivedValue(
        name: name, value: results[place],
        gradient: sensitivity.unknowns.indices.map { results[(1 + $0) * names.count + place] })
    }
  }
}
