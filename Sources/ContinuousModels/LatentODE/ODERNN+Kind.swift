public import NumericCore
public import Integrators
import NeuralNets
public import Tensors

extension ODERNN {
  /// ODE-RNN and the recurrent networks that it is compared with, as a table.
  ///
  /// | kind | between observations | time as input | missing value of a row | |---|---|---|---| |
  /// RNN | constant | no | 0 | | RNN-Δt | constant | yes | 0 | | RNN-Decay | decays | yes | 0 | |
  /// RNN-Impute | constant | yes | imputed | | GRU-D | decays | yes | imputed | | ODE-RNN | flows |
  /// no | 0 |
  ///
  /// The mask is an input of all of them. Rows without any observation update none of them, as in
  /// the code published with the paper; GRU-D's own paper updates at every row.
  /// - Source: Rubanova, Chen and Duvenaud 2019, section 5; Che et al. 2018 for GRU-D.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case rnn = "rnn"
    case rnnDelta = "rnn-dt"
    case rnnDecay = "rnn-decay"
    case rnnImpute = "rnn-impute"
    case gruD = "gru-d"
    case odeRNN = "ode-rnn"

    /// Whether its state fades between observations.
    public var decays: Bool { self == .rnnDecay || self == .gruD }
    /// Whether the time since each channel was last observed is an input.
    public var readsElapsed: Bool { self != .rnn && self != .odeRNN }
    /// Whether it guesses missing values.
    public var imputes: Bool { self == .rnnImpute || self == .gruD }
    /// Its name in the literature.
    public var title: String {
      switch self {
      case .rnn: "RNN"
      case .rnnDelta: "RNN-Δt"
      case .rnnDecay: "RNN-Decay"
      case .rnnImpute: "RNN-Impute"
      case .gruD: "GRU-D"
      case .odeRNN: "ODE-RNN"
      }
    }
  }

  /// Widths and parts of a network that is to be drawn.
  public struct Sizes: Hashable, Sendable {
    /// The number of channels.
    public var channels: Int
    /// The number of hidden units.
    public var hidden: Int
    /// Widths of the field's hidden layers.
    public var field: [Int]
    /// Steps of the field over every gap, and their method.
    public var steps: Int
    /// The method of the field's steps.
    public var method: ODEMethod
    /// Hidden units of the gates' own networks: the unit then has standard deviations; `nil` for an ordinary gated unit.
    public var gateUnits: Int?
    /// Widths of the decoder's hidden layers.
    public var decoder: [Int]
    /// The source of the standard deviation of an observation.
    public var noise: GaussianDecoder.Noise

    /// Sizes; the defaults are those of Rubanova, Chen and Duvenaud (2019).
    public init(
      channels: Int, hidden: Int, field: [Int] = [100], steps: Int = 3,
      method: ODEMethod = .euler, gateUnits: Int? = nil,
      decoder: [Int] = [], noise: GaussianDecoder.Noise = .heteroscedastic
    ) {
      self.channels = channels
      self.hidden = hidden
      self.field = field
      self.steps = steps
      self.method = method
      self.gateUnits = gateUnits
      self.decoder = decoder
      self.noise = noise
    }
  }

  /// A network of a kind with drawn parameters.
  ///
  /// - Parameter means: of the channels in the data as the network reads them, for kinds that impute; `nil` for 0.
  public init(
    _ kind: Kind, _ sizes: Sizes, means: [Double]? = nil, key: RandomKey,
    scalarType: ScalarType = .float32
  ) {
    let keys = key.split(3)
    let channels = sizes.channels
    func constants(_ values: [Double]) -> Tensor {
      Tensor(rounding: values, shape: [values.count], to: scalarType)
    }
    let zeros = [Double](repeating: 0, count: channels)
    let reader = RowReader(
      channelCount: channels, timing: kind.readsElapsed ? .sinceLast : .none,
      imputation: kind.imputes
        ? RowReader.Imputation(rate: constants(zeros), mean: constants(means ?? zeros)) : nil)
    let dynamics: HiddenDynamics
    if kind == .odeRNN {
      dynamics = .steps(
        sizes.steps, sizes.method,
        of: LatentField(
          network: MLP(
            sizes: [sizes.hidden] + sizes.field + [sizes.hidden], key: keys[0],
            scalarType: scalarType)))
    } else if kind.decays {
      dynamics = .decay(rate: constants([Double](repeating: 0, count: sizes.hidden)))
    } else {
      dynamics = .constant
    }
    let unit: RecurrentUnit =
      if let gateUnits = sizes.gateUnits {
        .normal(
          reader.featureCount, sizes.hidden, gateUnits: gateUnits, key: keys[1],
          scalarType: scalarType)
      } else {
        .gated(reader.featureCount, sizes.hidden, key: keys[1], scalarType: scalarType)
      }
    let outputs = sizes.noise == .heteroscedastic ? 2 * channels : channels
    self.init(
      reader: reader, unit: unit, dynamics: dynamics,
      decoder: GaussianDecoder(
        network: MLP(
          sizes: [sizes.hidden] + sizes.decoder + [outputs], key: keys[2],
          scalarType: scalarType),
        noise: sizes.noise,
        logVariance: sizes.noise == .perChannel ? constants(zeros) : nil))
  }
}
