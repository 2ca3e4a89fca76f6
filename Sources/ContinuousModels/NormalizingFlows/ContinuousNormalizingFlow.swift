import Platform
public import Adjoints
public import Integrators
import NeuralNets
public import Tensors

/// The end time of a flow.
public enum FlowDuration: Hashable, Sendable {
  case fixed(Double)
  /// `T = s²` with `s` learned; the value is the first `T`.
  case trained(from: Double)
}

/// A density as the image of a normal distribution under the flow of a field.
///
/// With `z(0) = x` and `dz/dt = f(t, z)`, `log p(x) = log N(z(T); 0, σ²) + ∫₀ᵀ tr ∂f/∂z dt`.
/// - Source: Chen et al. 2018, equation 8; Grathwohl et al. 2019, equation 3.
public struct ContinuousNormalizingFlow<Field: DensityField>: TensorTree {
  /// Which end of the field's time is the data.
  public enum Orientation: Hashable, Sendable {
    /// The field carries data at t = 0 to the base distribution at t = T, as in FFJORD.
    case dataToBase
    /// The field carries the base distribution at t = 0 to data at t = T, as in flow matching.
    case baseToData
  }

  /// The field that moves points between data and base.
  public var field: Field
  /// `s` of a trained duration.
  public var rootOfDuration: Tensor?
  /// The time over which the field acts.
  public let duration: FlowDuration
  /// Whether positive time runs from data to base or from base to data.
  public let orientation: Orientation
  /// Number of variables.
  public let dimension: Int
  /// Variance of each variable of the base distribution.
  public let baseVariance: Double
  /// The scalar type of points and parameters.
  public let scalarType: ScalarType
  /// Method and step control.
  public var solver: ODESolver
  /// How gradients are computed.
  public var adjoint: Adjoint

  /// A flow of a field, with a normal base distribution of the given variance.
  public init(
    _ field: Field, dimension: Int, duration: FlowDuration = .fixed(1),
    orientation: Orientation = .dataToBase, baseVariance: Double = 1,
    solver: ODESolver, adjoint: Adjoint = .discrete, scalarType: ScalarType = .float32
  ) {
    self.field = field
    self.duration = duration
    self.orientation = orientation
    self.dimension = dimension
    self.baseVariance = baseVariance
    self.scalarType = scalarType
    self.solver = solver
    self.adjoint = adjoint
    if case .trained(let start) = duration {
      precondition(start > 0, "a duration is positive, not \(start)")
      rootOfDuration = Tensor(rounding: [start.squareRoot()], shape: [], to: scalarType)
    }
  }

  /// `T`, a scalar.
  public var durationTensor: Tensor {
    if let rootOfDuration { return square(rootOfDuration) }
    guard case .fixed(let end) = duration else {
      preconditionFailure("a trained duration has its tensor")
    }
    return Tensor(repeating: end, shape: [], scalarType: scalarType)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("field", &field)
    visitor("rootOfDuration", &rootOfDuration)
  }
}

/// The quantities computed along a path, and how.
public struct FlowOptions: Sendable {
  /// `ε` for the trace, `[rows, D]`, fixed during the solve; `nil` for the exact trace.
  public var noise: Tensor?
  /// Whether the penalties of the path are computed.
  public var penalties: Bool
  /// A factor on the end time, a scalar: STEER (Ghosh and others, 2020) draws it around 1 for each step of training.
  public var durationFactor: Tensor?
  /// Instead of the flow's own.
  public var solver: ODESolver?
  /// One step for the batch, or one for each row; a field with a hypernetwork needs the former.
  public var sharing: StepSharing

  /// Options of one evaluation; the defaults are the exact trace and no penalties.
  public init(
    noise: Tensor? = nil, penalties: Bool = false, durationFactor: Tensor? = nil,
    solver: ODESolver? = nil, sharing: StepSharing = .joint
  ) {
    self.sharing = sharing
    self.noise = noise
    self.penalties = penalties
    self.durationFactor = durationFactor
    self.solver = solver
  }
}

/// Points carried along a flow.
public struct FlowPath: Sendable {
  /// `[rows, D]`: base points for `logDensity`, data points for `sample`.
  public var points: Tensor
  /// `log p` at the data end, in nats, `[rows]`.
  public var logDensity: Tensor
  /// `log p` at the data end minus that at the base end, `[rows]`.
  public var gain: Tensor
  /// `½ ∫ |f|² dt` and `½ ∫ |∂f/∂z|² dt`, `[rows]`; `nil` unless requested.
  public var kinetic: Tensor?
  /// `½ ∫ \|∂f/∂z\|² dt`, `[rows]`; `nil` unless requested.
  public var jacobian: Tensor?
  /// See `SolveStatistics`; nil for an unrolled solve.
  public var statistics: Tensor?
}

extension ContinuousNormalizingFlow {
  /// Data `[rows, D]` to the base distribution.
  public func logDensity(of data: Tensor, _ options: FlowOptions = FlowOptions()) -> FlowPath {
    path(from: data, isReversed: orientation == .baseToData, options) { $1 }
  }

  /// Points of the base distribution `[rows, D]` to data.
  public func sample(
    _ base: Tensor, _ options: FlowOptions = FlowOptions()
  ) -> FlowPath {
    path(from: base, isReversed: orientation == .dataToBase, options) { start, _ in start }
  }

  /// The paths of base points `[rows, D]` to the data, at a number of equidistant times: `[times,
  /// rows, D]`.
  public func trajectory(from base: Tensor, times count: Int) -> Tensor {
    precondition(count >= 2, "a trajectory has at least two times, not \(count)")
    let dynamics = DensityDynamics(
      field: field, duration: durationTensor, noise: nil,
      isReversed: orientation == .dataToBase, hasPenalties: false)
    let initial = concatenate([base, .zeros([base.shape[0], 1], scalarType: scalarType)], axis: 1)
    let refined = ODESolver(method: solver.method, control: .fixed(1 / Double(4 * (count - 1))))
    let times = (0..<count).map { Double($0) / Double(count - 1) }
    let states = Flow(of: dynamics, solver: refined, adjoint: adjoint)(initial, at: times).states
    return states.sliced(0..<dimension, axis: 2)
  }

  /// `log p` of points `[rows, D]` at a fraction of the time from the base distribution (0) to the
  /// data (1), `[rows]`.
  public func logDensity(of points: Tensor, onTheWay place: Double) -> Tensor {
    precondition((0...1).contains(place), "a fraction of the path is between 0 and 1, not \(place)")
    if place == 0 { return baseLogDensity(points) }
    let dynamics = DensityDynamics(
      field: field, duration: durationTensor, noise: nil, isReversed: orientation == .baseToData,
      hasPenalties: false)
    let initial = concatenate(
      [points, .zeros([points.shape[0], 1], scalarType: scalarType)], axis: 1)
    let final = Flow(of: dynamics, solver: solver, adjoint: adjoint)(
      initial, at: [1 - place, 1]
    ).final
    let columns = final.split([dimension, 1], axis: 1)
    let integral = columns[1].reshaped([points.shape[0]])
    return baseLogDensity(columns[0])
      + (orientation == .dataToBase ? integral : -integral)
  }

  /// `log N(z; 0, σ²)`, `[rows]`.
  public func baseLogDensity(_ z: Tensor) -> Tensor {
    let logTwoPi = 1.837_877_066_409_345_483_560_659_472_811
    let constant = 0.5 * Double(dimension) * (logTwoPi + .logarithm(baseVariance))
    return (-0.5 / baseVariance) * square(z).sum([1]) - constant
  }

  /// Standard normal noise `[rows, D]` as points of the base distribution.
  public func basePoints(_ noise: Tensor) -> Tensor { noise * baseVariance.squareRoot() }

  private func path(
    from start: Tensor, isReversed: Bool, _ options: FlowOptions,
    basePoint: (_ start: Tensor, _ end: Tensor) -> Tensor
  ) -> FlowPath {
    precondition(
      start.rank == 2 && start.shape[1] == dimension && start.scalarType == scalarType,
      "a flow of \(dimension) variables got points of \(start.type)")
    let rows = start.shape[0]
    let extra = options.penalties ? 3 : 1
    let dynamics = DensityDynamics(
      field: field,
      duration: options.durationFactor.map { $0 * durationTensor } ?? durationTensor,
      noise: options.noise, isReversed: isReversed, hasPenalties: options.penalties)
    let initial = concatenate(
      [start, .zeros([rows, extra], scalarType: scalarType)], axis: 1)
    let flow = Flow(
      of: dynamics, solver: options.solver ?? solver, adjoint: adjoint, sharing: options.sharing)
    let result = flow(initial, at: [0, 1])
    let columns = result.final.split(
      [dimension] + [Int](repeating: 1, count: extra), axis: 1)
    let integrals = columns.dropFirst().map { $0.reshaped([rows]) }
    let gain = orientation == .dataToBase ? integrals[0] : -integrals[0]
    return FlowPath(
      points: columns[0], logDensity: baseLogDensity(basePoint(start, columns[0])) + gain,
      gain: gain,
      kinetic: options.penalties ? integrals[1] : nil,
      jacobian: options.penalties ? integrals[2] : nil, statistics: result.statistics)
  }
}
