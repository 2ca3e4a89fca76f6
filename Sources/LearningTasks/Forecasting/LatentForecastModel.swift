public import NumericCore
import Adjoints
public import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// The latent ODE of the forecasting recipes.
public typealias ForecastModel = LatentODE<BackwardRNN>

/// Widths and solver of a forecasting model.
public struct ForecastNetwork: Hashable, Sendable {
  /// Dimensions of the latent state.
  public var latent = 16
  /// Hidden units of the recurrent encoder.
  public var hidden = 48
  /// Width of the field's, the decoder's and the head's hidden layers.
  public var field = 64
  /// The width of the decoder's hidden layer.
  public var decoder = 64
  /// The width of the encoder head's hidden layer.
  public var head = 64
  /// The decoder's inputs in addition to the latent state.
  public var context = LocalDetail.readings
  /// Relative and absolute tolerance of the solver.
  public var tolerance = 1e-3

  /// The sizes of the bundled example.
  public init() {}

  /// A model with drawn parameters.
  public func model(for builder: LatentBatchBuilder, key: RandomKey) -> ForecastModel {
    let keys = key.split(4)
    let encoder = BackwardRNN(
      unit: .gated(builder.featureCount, hidden, key: keys[0], scalarType: .float32),
      head: PosteriorHead(
        network: MLP(sizes: [hidden + builder.summaryCount, head, 2 * latent], key: keys[1]),
        logVarianceOffset: -3))
    let flow = LatentField(
      network: MLP(sizes: [latent, field, field, latent], key: keys[2]),
      scale: Tensor(repeating: 0.5, shape: [latent]).evaluated())
    let outputs = 2 * builder.channelCount
    return LatentODE(
      recognition: encoder,
      flow: Flow(of: flow, solver: solver, sharing: .perRow),
      decoder: GaussianDecoder(
        network: MLP(
          sizes: [latent + builder.contextCount, decoder, decoder, outputs], key: keys[3]
        ).startingAtZero(builder.hasAnchor), noise: .heteroscedastic))
  }

  private var solver: ODESolver {
    ODESolver(
      method: .dormandPrince5,
      control: .proportionalIntegral(Tolerance(relative: tolerance, absolute: tolerance)))
  }
}

extension MLP {
  /// The network with a last layer of zeros if requested: a deviation from a forecast starts at 0.
  func startingAtZero(_ isRequested: Bool) -> MLP {
    var network = self
    if isRequested, var last = layers.last {
      last.weight = Tensor.zeros(like: last.weight).evaluated()
      last.bias = last.bias.map { Tensor.zeros(like: $0).evaluated() }
      network.layers[layers.count - 1] = last
    }
    return network
  }
}
