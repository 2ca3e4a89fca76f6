import NumericCore

extension ClassifierRecipe {
  /// What the model is called.
  package var modelName: String {
    let name =
      switch layers {
      case .odeNet: "ODE-Net"
      case .rungeKuttaNet: "RK-Net"
      case .resNet: "ResNet"
      case .evolving: "ANODEV2"
      }
    let further = furtherDimensions ?? 0
    return switch augmentation {
    case .none: name
    case .zeros: "\(name), \(further) zero\(further == 1 ? "" : "s") added"
    case .lift: "\(name), lifted by \(further)"
    case .secondOrder: "\(name) of second order"
    }
  }

  /// What the network is, in a sentence or two.
  var formSentence: String {
    let stem = hasStem ? "A stem, " : "No stem: the features are the state; "
    let further = furtherDimensions ?? 0
    let depth =
      switch (layers, augmentation) {
      case (.resNet, _): "residual blocks with weights of their own"
      case (.evolving, _):
        "one layer, applied in \(solverSteps) Euler steps, whose weights react, diffuse and drift with depth"
      case (_, .none): "one block as a field that is integrated over time"
      case (_, .zeros):
        "\(further) zeros beside the state so that paths may pass each other, one block as a field that is integrated over time"
      case (_, .lift):
        "a learned linear map to \(further) more states, one block as a field that is integrated over time"
      case (_, .secondOrder):
        "velocities that begin at 0, one block as an acceleration that is integrated over time"
      }
    return stem + depth + ", and a linear head."
  }

  /// The equations of the depth.
  var formulas: [Formula] {
    func rate(_ name: String) -> Formula {
      .fraction(.row(.name("d"), .name(name)), .row(.name("d"), .name("t")))
    }
    func change(_ order: String) -> Formula {
      .fraction(
        .row(.sign("∂").sup(.words(order)), .name("W")),
        .row(.sign("∂"), .name("x").sup(.words(order))))
    }
    let flow = Formula.row(rate("h"), .sign("="), .call("F", .name("t"), .name("h")))
    switch (layers, augmentation) {
    case (.resNet, _):
      return [.row(.name("h"), .sign("←"), .name("h"), .sign("+"), .call("F", .name("h")))]
    case (.evolving, _):
      let spread = Formula.row(
        .name("τ"), change("2"), .sign("+"), .name("υ"), change(""), .sign("+"), .name("ρ"),
        .name("W"))
      return [
        .row(
          rate("z"), .sign("="),
          .call(
            "tanh", .row(.name("z"), .call("W", .name("t")), .sign("+"), .call("b", .name("t"))))
        ),
        .row(
          rate("W"), .sign("="), weightActivation == .tanh ? .call("tanh", spread) : spread),
      ]
    case (_, .secondOrder):
      return [
        .row(rate("h"), .sign("="), .name("v")),
        .row(rate("v"), .sign("="), .call("F", .name("t"), .name("h"), .name("v"))),
      ]
    case (_, .zeros):
      let start = Formula.row(
        .sign("["), .name("x"), .sign(","), .number("0"), .sign("]"))
      return [flow, .row(.call("h", .number("0")), .sign("="), start)]
    case (_, .lift):
      return [flow, .row(.call("h", .number("0")), .sign("="), .name("A"), .name("x"))]
    case (_, .none): return [flow]
    }
  }
}
