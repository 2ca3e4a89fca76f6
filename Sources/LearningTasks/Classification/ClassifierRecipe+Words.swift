import Reports

extension ClassifierRecipe {
  /// The name of the model.
  public var modelName: String {
    let name =
      switch layers {
      case .odeNet: "ODE-Net"
      case .rungeKuttaNet: "RK-Net"
      case .resNet: "ResNet"
      case .evolving: "ANODEV2"
      }
    return switch augmentation {
    case .none: name
    case .zeros: "\(name), \(zerosPhrase) added"
    case .lift: "\(name), lifted by \(furtherDimensions ?? 0)"
    case .secondOrder: "\(name) of second order"
    }
  }

  private var zerosPhrase: String {
    let count = furtherDimensions ?? 0
    return "\(count) zero\(count == 1 ? "" : "s")"
  }

  /// A description of the network in a sentence or two.
  var formSentence: String {
    let stem = hasStem ? "A stem, " : "No stem: the features are the state; "
    let field = "one block as a field that is integrated over time"
    let depth =
      switch (layers, augmentation) {
      case (.resNet, _): "residual blocks with weights of their own"
      case (.evolving, _):
        "one layer, applied in \(solverSteps) Euler steps, whose weights and biases react, diffuse and drift with depth"
      case (_, .none): field
      case (_, .zeros):
        "\(zerosPhrase) beside the state so that paths may pass each other, \(field)"
      case (_, .lift):
        "a learned linear map to \(furtherDimensions ?? 0) more dimensions, \(field)"
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
    func partial(_ above: Formula, _ below: Formula) -> Formula {
      .fraction(.row(.sign("∂"), above), .row(.sign("∂"), below))
    }
    let flow = Formula.row(rate("h"), .sign("="), .call("F", .name("t"), .name("h")))
    switch (layers, augmentation) {
    case (.resNet, _):
      return [.row(.name("h"), .sign("←"), .name("h"), .sign("+"), .call("F", .name("h")))]
    case (.evolving, _):
      let (weights, place) = (Formula.name("W"), Formula.name("x"))
      let bend = Formula.fraction(
        .row(.sign("∂").sup(.number("2")), weights), .row(.sign("∂"), place.sup(.number("2"))))
      let spread = Formula.row(
        .name("τ"), bend, .sign("+"), .name("υ"), partial(weights, place), .sign("+"), .name("ρ"),
        weights)
      return [
        .row(
          rate("z"), .sign("="),
          .call(
            "tanh", .row(.name("z"), .call("W", .name("t")), .sign("+"), .call("b", .name("t"))))
        ),
        .row(
          partial(weights, .name("t")), .sign("="),
          weightActivation == .tanh ? .call("tanh", spread) : spread),
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
