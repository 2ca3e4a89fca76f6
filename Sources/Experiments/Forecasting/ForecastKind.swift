public import ContinuousModels

/// The models that a forecasting recipe trains.
public enum ForecastKind: String, Hashable, Sendable, CaseIterable {
  case latentODE = "latent-ode"
  case odeRNN = "ode-rnn"
  case gruD = "gru-d"
  case rnnDelta = "rnn-dt"
  /// A GOKU-net: equations whose parameters are inferred from each window.
  case goku

  /// Its name in reports.
  public var title: String {
    switch self {
    case .latentODE: "latent ODE"
    case .odeRNN: "ODE-RNN"
    case .gruD: "GRU-D"
    case .rnnDelta: "RNN-Δt"
    case .goku: "GOKU-net"
    }
  }

  /// What kind of recurrent network it is; nil: none.
  public var recurrent: ODERNN.Kind? {
    switch self {
    case .latentODE, .goku: nil
    case .odeRNN: .odeRNN
    case .gruD: .gruD
    case .rnnDelta: .rnnDelta
    }
  }
}
