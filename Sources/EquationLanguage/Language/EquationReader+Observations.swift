import NumericCore
import Tensors

// Observations and distributions.

extension EquationReader {
  /// The formulas of observables, each followed by the arguments of its noise; `observables` holds their places.
  mutating func observations() throws(EquationError) -> [Tensor] {
    var outputs: [Tensor] = []
    observables = []
    for (name, position, syntax) in observationSyntax {
      if syntax.formula == nil, definitions[name] == nil {
        throw error(.observationWithoutFormula(name), at: position)
      }
      let formula = syntax.formula ?? .name(name, position)
      var observable = EquationSystem.Observable(
        name: name, note: "", formula: formula.plainText, isIncrease: syntax.isIncrease,
        noise: nil, value: outputs.count, arguments: [])
      outputs.append(try expression(formula))
      if let (noiseName, at, arguments) = syntax.noise {
        observable.noise = try noise(noiseName, arguments.count, at: at)
        for argument in arguments {
          observable.arguments.append(outputs.count)
          outputs.append(try expression(argument))
        }
      }
      observables.append(observable)
    }
    return outputs
  }

  /// What is predicted: states, intermediates and observables at times.
  mutating func readPredictions() throws(EquationError) {
    let names =
      observables.filter { !$0.isIncrease }.map(\.name) + states.map(\.name)
      + intermediates.map(\.name)
    predictions = []
    for (name, position, times) in predictionSyntax {
      guard names.contains(name) else {
        throw error(
          .predictionOfUnknown(name, suggestion: nearestName(to: name, among: names)),
          at: position)
      }
      for time in times {
        let prediction = EquationSystem.Prediction(
          quantity: name, time: try number(time, naming: "predict \(name)"))
        if !predictions.contains(prediction) { predictions.append(prediction) }
      }
    }
  }

  private func noise(
    _ name: String, _ count: Int, at position: Position
  ) throws(EquationError) -> NoiseModel {
    guard let noise = NoiseModel(rawValue: name) else {
      throw error(
        .unknownNoise(name, suggestion: nearestName(to: name, among: NoiseModel.names)),
        at: position)
    }
    let expected = noise.argumentNames
    guard count == 0 || count == expected.count else {
      let words =
        expected.isEmpty ? "no argument" : "(\(expected.joined(separator: ", "))) or nothing"
      throw error(.distributionArguments(name, expected: words, found: count), at: position)
    }
    return noise
  }

  /// A prior with its numbers.
  mutating func distribution(_ syntax: PriorSyntax) throws(EquationError) -> Prior {
    let (name, position) = (syntax.distribution, syntax.position)
    let names = ["normal", "lognormal", "uniform"]
    guard names.contains(name) else {
      throw error(
        .unknownDistribution(name, suggestion: nearestName(to: name, among: names)), at: position)
    }
    guard syntax.arguments.count == 2 else {
      throw error(
        .distributionArguments(name, expected: "two numbers", found: syntax.arguments.count),
        at: position)
    }
    let first = try number(syntax.arguments[0], naming: name)
    let second = try number(syntax.arguments[1], naming: name)
    if name == "uniform" {
      guard first < second else { throw error(.emptyRange(from: first, to: second), at: position) }
      return .uniform(first, second)
    }
    guard second > 0 else {
      throw error(.notPositive("the standard deviation of the prior", value: second), at: position)
    }
    return name == "normal"
      ? .normal(mean: first, deviation: second) : .lognormal(mean: first, deviation: second)
  }
}
