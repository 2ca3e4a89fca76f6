import Platform
public import Adjoints
public import NeuralNets
public import Tensors

/// A latent field extended by the integral of an intensity: `dz/dt = f(z)`, `dΛ/dt = λ(z)`.
///
/// `λ(z) = exp(g(z))`, events per unit of time. The state is `[rows, latent + 1]`, Λ last.
/// - Source: Chen, Rubanova, Bettencourt and Duvenaud 2018, section 5.1.
public struct IntensityField: TensorField {
  /// The field of the latent state.
  public var latent: LatentField
  /// `g`: `[…, latent]` → `[…, 1]`.
  public var logRate: MLP

  /// - Precondition: the network reads the latent state and gives one number.
  public init(latent: LatentField, logRate: MLP) {
    precondition(
      logRate.inputCount == latent.latentCount && logRate.outputCount == 1,
      "a log rate of \(logRate.inputCount) inputs and \(logRate.outputCount) outputs does not fit "
        + "\(latent.latentCount) latent dimensions")
    self.latent = latent
    self.logRate = logRate
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let z = state.sliced(0..<latent.latentCount, axis: -1)
    return concatenate([latent(time, z), exp(logRate(z))], axis: -1)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("latent", &latent)
    visitor("logRate", &logRate)
  }
}

/// When things happened, series by series, in a span of time that was watched throughout.
public struct EventTimes: TensorTree {
  /// Start of the span, the events in order, then its end so often that all rows are equally long: float64
  /// `[batch, 2 + count]`.
  public var times: Tensor
  /// 1 for an event, 0 for padding, `[count, batch]`.
  public var mask: Tensor

  /// Events of each series in `start ... end`, in order; room for at least `count`.
  public init(
    _ events: [[Double]], from start: Double, to end: Double, count: Int = 0,
    scalarType: ScalarType = .float32
  ) {
    precondition(
      events.allSatisfy { series in
        series.allSatisfy { start <= $0 && $0 <= end }
          && zip(series, series.dropFirst()).allSatisfy { $0 <= $1 }
      }, "events must be in order and between \(start) and \(end)")
    let longest = max(events.map(\.count).max() ?? 0, count)
    times = Tensor(
      events.flatMap { series in
        [start] + series + [Double](repeating: end, count: longest + 1 - series.count)
      }, shape: [events.count, longest + 2])
    let mask = (0..<longest).flatMap { row in events.map { row < $0.count ? 1.0 : 0 } }
    self.mask = Tensor(rounding: mask, shape: [longest, events.count], to: scalarType)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("times", &times)
    visitor("mask", &mask)
  }
}

extension LatentODE {
  /// The log likelihood of events as a Poisson process whose rate is a function of the latent state.
  ///
  /// `Σᵢ log λ(z(tᵢ)) − ∫ λ(z(t)) dt` over the span, the integral being one more component of the solve. Add it to the
  /// evidence lower bound of the values that were measured at those times, or use it alone.
  ///
  /// Shapes: initial `[batch, latent]` → `[batch]`, in nats.
  public func eventLogLikelihood(
    _ initial: Tensor, _ events: EventTimes, logRate: MLP
  ) -> Tensor {
    let states = intensityStates(initial, at: events.times, logRate: logRate)
    let (count, latent) = (events.mask.shape[0], latentCount)
    let integral = states.at(count + 1).sliced(latent..<latent + 1, axis: 1)
    let total = integral.reshaped([initial.shape[0]])
    guard count > 0 else { return -total }
    let z = states.sliced(1..<count + 1, axis: 0).sliced(0..<latent, axis: 2)
    let logRates = logRate(z).reshaped(events.mask.shape)
    return (events.mask * logRates).sum([0]) - total
  }

  /// Rate at given times and its integral up to them, both `[time, batch]`; times as in `EventTimes.times`, the start first.
  public func intensity(
    _ initial: Tensor, at times: Tensor, logRate: MLP
  ) -> (rate: Tensor, integral: Tensor) {
    let states = intensityStates(initial, at: times, logRate: logRate)
    let parts = states.split([latentCount, 1], axis: 2)
    let shape = Array(states.shape.prefix(2))
    return (exp(logRate(parts[0])).reshaped(shape), parts[1].reshaped(shape))
  }

  private func intensityStates(_ initial: Tensor, at times: Tensor, logRate: MLP) -> Tensor {
    let flow = Flow(
      of: IntensityField(latent: flow.field, logRate: logRate), solver: flow.solver,
      adjoint: flow.adjoint, sharing: .perRow)
    let zeros = Tensor.zeros([initial.shape[0], 1], scalarType: initial.scalarType)
    return flow(concatenate([initial, zeros], axis: 1), at: times).states
  }
}
