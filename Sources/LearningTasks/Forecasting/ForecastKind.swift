public import ContinuousModels

/// The models that a forecasting recipe trains.
public enum ForecastKind: String, Hashable, Sendable, CaseIterable {
  case latentODE = "latent-ode"
  case odeRNN = "ode-rnn"
  case gruD = "gru-d"
  case rnnDelta = "rnn-dt"
  case rnnDecay = "rnn-decay"
  case rnnImpute = "rnn-impute"
  case rnn
  /// A GOKU-net: equations with parameters inferred from each window.
  case goku

  /// The name in reports.
  public var title: String {
    switch self {
    case .latentODE: "latent ODE"
    case .goku: "GOKU-net"
    default: recurrent?.title ?? rawValue
    }
  }

  /// The kind of recurrent network; `nil` for other models.
  public var recurrent: ODERNN.Kind? { ODERNN.Kind(rawValue: rawValue) }

  /// The recurrent networks as a list in a sentence: `ode-rnn, gru-d, … or rnn`.
  package static let recurrentNames: String = {
    let names = allCases.filter { $0.recurrent != nil }.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }()
}
