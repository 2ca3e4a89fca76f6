public import NumericCore
import Adjoints
public import Integrators
public import NeuralNets
public import Tensors

/// Widths of a GOKU-net.
public struct GOKUSizes: Hashable, Sendable {
  /// Numbers of channels, of states and of parameters of the known equations.
  public var features, states, parameters: Int
  /// Widths of the embedding, of the recurrent units, of the latent variables and of the hidden
  /// layers.
  public var embedding, recurrent, latent, hidden: Int
  /// The width of the network added to the known field; `nil` for none.
  public var correction: Int?

  /// Widths; the defaults suit some ten channels.
  public init(
    features: Int, states: Int, parameters: Int, embedding: Int = 32, recurrent: Int = 32,
    latent: Int = 8, hidden: Int = 64, correction: Int? = nil
  ) {
    self.features = features
    self.states = states
    self.parameters = parameters
    self.embedding = embedding
    self.recurrent = recurrent
    self.latent = latent
    self.hidden = hidden
    self.correction = correction
  }
}

/// GOKU-net: initial state and parameters of a known ODE, inferred from each series of
/// observations.
///
/// `z̃₀, θ̃ ~ q(· | x)`, `z₀ = h_z(z̃₀)`, `θ = softplus(h_θ(θ̃) + 1) + 0.01`, `dz/dt = f(t, z; θ)
/// [+ net(z)]`, `x̂(t) = g(z(t))`. The state's encoder reads the series backwards, the parameters'
/// one both ways, and the final states of both directions are used. Priors of z̃₀ and θ̃ are
/// standard normal.
/// - Source: Linial, Ravid, Eytan and Shalit 2021.
public struct GOKUNet: TensorTree {
  /// The linear map applied to each row before the encoder.
  public var embedding: Linear
  /// Infers the latent variables of a series.
  public var encoder: GOKUEncoder
  /// `h_z`: from the latent variable to the initial state.
  public var initialState: MLP
  /// `h_θ`: from the latent variable to the parameters.
  public var parameterMap: MLP
  /// The network that is added to the known field; `nil` for none.
  public var correction: MLP?
  /// `g`: from the state to the observations.
  public var decoder: MLP
  /// Method and steps of the solve.
  public var solver: ODESolver
  private let known: PartlyKnownField.Known

  /// A model with drawn parameters; the solver is one classical Runge–Kutta step between data.
  ///
  /// - Parameter outputActivation: after the decoder's last layer, as for pixels in 0 … 1.
  public init(
    _ sizes: GOKUSizes, known: @escaping PartlyKnownField.Known, activation: Activation = .relu,
    outputActivation: Activation = .identity, key: RandomKey, scalarType: ScalarType = .float32
  ) {
    let keys = key.split(10)
    func network(_ widths: [Int], _ key: RandomKey) -> MLP {
      MLP(sizes: widths, activation: activation, key: key, scalarType: scalarType)
    }
    embedding = Linear(sizes.features, sizes.embedding, key: keys[0], scalarType: scalarType)
    encoder = GOKUEncoder(
      features: sizes.embedding, recurrent: sizes.recurrent, keys: keys[1...5],
      scalarType: scalarType
    ) { network([$0, 2 * sizes.latent], $1) }
    initialState = network([sizes.latent, sizes.hidden, sizes.states], keys[6])
    parameterMap = network([sizes.latent, sizes.hidden, sizes.parameters], keys[7])
    decoder = network([sizes.states, sizes.hidden, sizes.hidden, sizes.features], keys[8])
    decoder.outputActivation = outputActivation
    correction = sizes.correction.map { network([sizes.states, $0, $0, sizes.states], keys[9]) }
    solver = ODESolver(method: .rungeKutta4, control: .steps(perInterval: 1))
    self.known = known
  }

  /// The output of a model for a batch of series.
  public struct Prediction: Sendable {
    /// Of z̃₀ and θ̃.
    public var posterior: GOKUEncoder.Posterior
    /// θ, `[batch, parameter]`.
    public var parameters: Tensor
    /// z at the times, `[time, batch, state]`.
    public var states: Tensor
    /// x̂ at the times, `[time, batch, feature]`.
    public var observations: Tensor
  }

  /// States and observations at `times`, of which the first belongs to the first observed row.
  ///
  /// Shapes: observed `[row, batch, feature]`, noise `[batch, 2 · latent]` (z̃₀, then θ̃; `nil` for posterior means).
  public func callAsFunction(
    _ observed: Tensor, at times: [Double], noise: Tensor? = nil
  ) -> Prediction {
    let embedded = relu(embedding(observed))
    let rows = Array(0..<observed.shape[0])
    let posterior = encoder.posterior { unit, direction in
      final(unit, embedded, direction == .forwards ? rows : rows.reversed())
    }
    let latent = posterior.state.mean.shape[1]
    func draw(_ q: DiagonalNormal, _ range: Range<Int>) -> Tensor {
      noise.map { q.sample(noise: $0.sliced(range, axis: -1)) } ?? q.mean
    }
    let parameters =
      softplus(parameterMap(draw(posterior.parameters, latent..<2 * latent)) + 1) + 0.01
    let flow = Flow(
      of: PartlyKnownField(known: known, parameters: parameters, correction: correction),
      solver: solver)
    let states = flow(initialState(draw(posterior.state, 0..<latent)), at: times).states
    return Prediction(
      posterior: posterior, parameters: parameters, states: states,
      observations: decoder(states))
  }

  /// `Σ_features mean (x̂ − x)² + β (KL(z̃₀) + KL(θ̃)) + λ mean |net(z)|²`, the divergences summed
  /// over the latent space.
  ///
  /// The last term, over the states of the solution, restricts the network to what no choice of θ
  /// can explain: without it, the network may replace a part of the known equations, and θ is then
  /// biased.
  public func loss(
    _ observed: Tensor, at times: [Double], noise: Tensor?, weight: Double = 1e-3,
    correctionWeight: Double = 0
  ) -> Tensor {
    loss(
      self(observed, at: times, noise: noise), of: observed, weight: weight,
      correctionWeight: correctionWeight)
  }

  /// The same of a prediction that was made already, at the times of the observed rows.
  public func loss(
    _ prediction: Prediction, of observed: Tensor, weight: Double = 1e-3,
    correctionWeight: Double = 0
  ) -> Tensor {
    let error = square(prediction.observations - observed).mean([0, 1]).sum()
    let loss = error + weight * prediction.posterior.divergence.mean()
    guard let correction, correctionWeight > 0 else { return loss }
    let states = prediction.states
    let flat = states.reshaped([states.shape[0] * states.shape[1], states.shape[2]])
    return loss + correctionWeight * square(correction(flat)).sum([1]).mean()
  }

  /// The state of a unit after the rows in the order given, `[batch, hidden]`.
  private func final(_ unit: RecurrentUnit, _ rows: Tensor, _ order: [Int]) -> Tensor {
    let projected = unit.projected(rows)
    var state = Tensor.zeros([rows.shape[1], unit.hiddenCount], scalarType: rows.scalarType)
    for row in order { state = unit.advanced(state, projected: projected.at(row)) }
    return state
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("embedding", &embedding)
    visitor("encoder", &encoder)
    visitor("initialState", &initialState)
    visitor("parameterMap", &parameterMap)
    visitor("correction", &correction)
    visitor("decoder", &decoder)
  }
}
