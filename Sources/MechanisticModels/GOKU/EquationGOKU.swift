import Platform
public import NumericCore
public import ContinuousModels
public import Integrators
import Adjoints
public import NeuralNets
import Transforms
public import Tensors

/// GOKU-net over a system of equations and irregular series: each series' initial state and parameters, inferred.
///
/// `z̃₀, θ̃ ~ q(· | x)`, `z₀ = r₀(h_z(z̃₀))`, `θ = r(h_θ(θ̃))` with `r` the maps to the allowed ranges, `dz/dt = f(t, z; θ)`;
/// a channel is a state or an intermediate of the equations, or `g(z)` with a learned network, plus noise of one learned
/// variance a channel. The state's encoder reads backwards, the parameters' one both ways.
/// - Source: Linial, Ravid, Eytan and Shalit 2021; here with gated units, any equations, shared parameters.
public struct EquationGOKU: TensorTree {
  /// What a channel of the data is.
  public enum Channel: Hashable, Sendable {
    case state(Int)
    case intermediate(Int)
    /// An output of the emission network.
    case learned
  }

  /// Widths.
  public struct Sizes: Hashable, Sendable {
    /// Features of a row and of a series, as encoder and head read them.
    public var features, summary: Int
    /// The number of hidden units of the encoders.
    public var recurrent = 32
    /// The number of latent components.
    public var latent = 8
    /// The width of the hidden layers.
    public var hidden = 64

    /// Sizes for a number of features of a row and of a series' summary.
    public init(features: Int, summary: Int) {
      self.features = features
      self.summary = summary
    }
  }

  /// The known equations and what is inferred of them.
  public let law: EquationMechanism
  /// The measured channels.
  public let channels: [Channel]
  /// Mean and standard deviation of each channel in the data's units.
  public let channelMeans, channelDeviations: [Double]
  /// Method and steps of the solve.
  public var solver: ODESolver

  /// Infers the latent variables of a series.
  public var encoder: GOKUEncoder
  /// From the latent variable to the initial state.
  public var initialState: MLP
  /// `nil` for no parameter is a series' own.
  public var parameterMap: MLP?
  /// Coordinates of the shared parameters; `nil` for there are none.
  public var shared: Tensor?
  /// `nil` for every channel is part of the equations.
  public var emission: MLP?
  /// A quarter of the log variance of normalized observations, `[channel]`, so that it moves fast enough to settle.
  public var logVariance: Tensor

  /// A model with drawn parameters, which begins near the centres of all ranges.
  public init(
    _ law: EquationMechanism, channels: [Channel], means: [Double], deviations: [Double],
    sizes: Sizes, solver: ODESolver, key: RandomKey, scalarType: ScalarType = .float32
  ) {
    let keys = key.split(9)
    func network(_ widths: [Int], _ key: RandomKey) -> MLP {
      MLP(sizes: widths, activation: .silu, key: key, scalarType: scalarType)
    }
    self.law = law
    self.channels = channels
    (channelMeans, channelDeviations) = (means, deviations)
    self.solver = solver
    encoder = GOKUEncoder(
      features: sizes.features, recurrent: sizes.recurrent, keys: keys[...4], scalarType: scalarType
    ) { network([$0 + sizes.summary, sizes.hidden, 2 * sizes.latent], $1) }
    let states = law.system.states.count
    initialState = network([sizes.latent, sizes.hidden, states], keys[5])
    let own = law.count(.own)
    parameterMap = own == 0 ? nil : network([sizes.latent, sizes.hidden, own], keys[6])
    shared = law.count(.shared) == 0 ? nil : Self.start(law, keys[7], scalarType)
    let learned = channels.count { $0 == .learned }
    emission =
      learned == 0
      ? nil : network([states, sizes.hidden, sizes.hidden, learned], keys[8])
    logVariance = .zeros([channels.count], scalarType: scalarType)
  }

  /// Weights of networks begin at random, other shared parameters at their centres.
  private static func start(
    _ law: EquationMechanism, _ key: RandomKey, _ scalarType: ScalarType
  ) -> Tensor {
    let weights = law.system.parameters.map { $0.weightDeviation != nil }
    let noise = key.normal(weights.count, as: Double.self)
    let places = law.parameters.indices.filter { law.parameters[$0].role == .shared }
    return Tensor(places.map { weights[$0] ? noise[$0] : 0 }, shape: [places.count])
      .converted(to: scalarType).evaluated()
  }

  /// Dimensions of z̃₀, and of θ̃.
  public var latentCount: Int { initialState.layers[0].inputCount }

  /// What is inferred from observed rows.
  public func posterior(
    of observed: ObservedSequence, summary: Tensor?
  ) -> GOKUEncoder.Posterior {
    encoder.posterior(summary: summary) { unit, direction in
      let scan = RecurrentScan(unit: unit, dynamics: .constant)
      if direction == .backwards { return scan.final(observed) }
      let states = scan.forwards(observed).after
      return states[states.count - 1]
    }
  }

  /// All parameters of the equations `[batch, parameter]`, from θ̃ `[batch, latent]`.
  public func parameters(from latent: Tensor) -> Tensor { parameters(from: latent, given: nil) }

  func parameters(from latent: Tensor, given conditions: SubjectConditions?) -> Tensor {
    let inferred = law.values(
      shared: shared, own: parameterMap.map { $0(latent) }, batch: latent.shape[0],
      like: latent.scalarType)
    guard let conditions else { return inferred }
    return inferred * (1 - conditions.isParameterKnown)
      + conditions.parameters * conditions.isParameterKnown
  }

  /// Trajectories and what is observed of them.
  public struct Decoded: Sendable {
    /// `[batch, parameter]`.
    public var parameters: Tensor
    /// In the equations' units, `[time, batch, state]`.
    public var states: Tensor
    /// Of normalized observations, `[time, batch, channel]`.
    public var mean, logVariance: Tensor
  }

  /// Trajectories from z̃₀ and θ̃, at the query's times, which are each row's own or shared.
  public func decoded(state: Tensor, parameters latent: Tensor, _ query: LatentQuery) -> Decoded {
    decoded(state: state, parameters: latent, query, given: nil)
  }

  package func decoded(
    state: Tensor, parameters latent: Tensor, _ query: LatentQuery,
    given conditions: SubjectConditions?
  ) -> Decoded {
    let parameters = parameters(from: latent, given: conditions)
    let scales = law.scales(like: state.scalarType)
    let flow = Flow(
      of: PartlyKnownField(known: law.scaledField, parameters: parameters), solver: solver,
      sharing: query.times.rank == 1 ? .joint : .perRow)
    var initial = law.initialValues(initialState(state), parameters: parameters)
    if let conditions {
      initial =
        initial * (1 - conditions.isInitialKnown) + conditions.initial * conditions.isInitialKnown
    }
    let scaled: Tensor
    if let conditions {
      scaled = states(by: flow, from: initial / scales, scales, conditions.pieces)
    } else {
      let all = flow(initial / scales, at: query.times).states
      scaled = all.sliced(1..<all.shape[0], axis: 0)
    }
    let mean = emitted(scaled, parameters, query.times)
    // Noise between a hundredth of a channel's standard deviation and four of them.
    let lowest = Tensor(repeating: -9.2, shape: [channels.count], scalarType: state.scalarType)
    let highest = Tensor(repeating: 2.8, shape: [channels.count], scalarType: state.scalarType)
    return Decoded(
      parameters: parameters, states: scaled * scales, mean: mean,
      logVariance: min(max(4 * logVariance, lowest), highest).broadcast(to: mean.shape))
  }

  /// Scaled states `[time, batch, state]` from one dose to the next: each piece is solved at all queries, moved into it, and counts for those
  /// that it reaches.
  private func states(
    by flow: Flow<PartlyKnownField>, from initial: Tensor, _ scales: Tensor,
    _ pieces: [SubjectConditions.Piece]
  ) -> Tensor {
    var (state, result) = (initial, Tensor?.none)
    for piece in pieces {
      let all = flow(state, at: piece.times).states
      let last = all.shape[0] - 1
      let own = all.sliced(1..<last, axis: 0)
      result = result.map { $0 + piece.isReached * (own - $0) } ?? own
      state = all.sliced(last..<last + 1, axis: 0).reshaped(initial.shape) + piece.amounts / scales
    }
    guard let result else { preconditionFailure("a solve has a piece") }
    return result
  }

  /// The same from a sample of the posterior; noise `[batch, 2 · latent]`, z̃₀, then θ̃.
  public func decoded(
    _ posterior: GOKUEncoder.Posterior, noise: Tensor, _ query: LatentQuery
  ) -> Decoded {
    let count = latentCount
    return decoded(
      state: posterior.state.sample(noise: noise.sliced(0..<count, axis: 1)),
      parameters: posterior.parameters.sample(noise: noise.sliced(count..<2 * count, axis: 1)),
      query)
  }

  /// Normalized means of the channels, `[time, batch, channel]`, from scaled states.
  private func emitted(_ scaled: Tensor, _ parameters: Tensor, _ times: Tensor) -> Tensor {
    let (rows, batch, states) = (scaled.shape[0], scaled.shape[1], scaled.shape[2])
    let flat = scaled.reshaped([rows * batch, states])
    let natural = flat * law.scales(like: scaled.scalarType)
    var intermediates: Tensor?
    if channels.contains(where: { if case .intermediate = $0 { true } else { false } }) {
      let own =
        times.rank == 1 ? times.expandingAxis(at: 0).broadcast(to: [batch, rows + 1]) : times
      let time = own.sliced(1..<rows + 1, axis: 1).transposed([1, 0]).reshaped([rows * batch, 1])
        .converted(to: scaled.scalarType)
      let width = parameters.shape[1]
      intermediates = law.system.intermediates(
        time: time * law.timeScale, state: natural,
        parameters: parameters.expandingAxis(at: 0).broadcast(to: [rows, batch, width])
          .reshaped([rows * batch, width]), inputs: law.inputs(like: scaled))
    }
    let learned = emission.map { $0(flat) }
    var output = 0
    let columns = channels.enumerated().map { place, channel -> Tensor in
      func normalized(_ table: Tensor, _ column: Int) -> Tensor {
        (table.sliced(column..<column + 1, axis: 1) - channelMeans[place])
          / channelDeviations[place]
      }
      switch (channel, intermediates, learned) {
      case (.state(let state), _, _): return normalized(natural, state)
      case (.intermediate(let column), let table?, _): return normalized(table, column)
      case (.learned, _, let table?):
        defer { output += 1 }
        return table.sliced(output..<output + 1, axis: 1)
      default: preconditionFailure("channel \(place) of \(law.system.name) has no emission")
      }
    }
    return concatenate(columns, axis: 1).reshaped([rows, batch, channels.count])
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("encoder", &encoder)
    visitor("initialState", &initialState)
    visitor("parameterMap", &parameterMap)
    visitor("shared", &shared)
    visitor("emission", &emission)
    visitor("logVariance", &logVariance)
  }
}
