import Platform
import ContinuousModels
import NeuralNets
import Tensors

/// The roles of a system of equations in a model: which parameters are known, which all series share, and which are each
/// series' own, over which ranges.
public struct EquationMechanism: Sendable {
  /// The source of a parameter.
  public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Its value is given.
    case known
    /// One value for all series, learned.
    case shared
    /// Inferred from each series.
    case own
  }

  /// A parameter of the equations with its part in the model.
  public struct Parameter: Hashable, Sendable {
    /// The name in the equations.
    public var name: String
    /// Whether it is a state or a parameter, and how it is inferred.
    public var role: Role
    /// The range of its values.
    public var range: UnknownRange

    /// An unknown of the equations.
    public init(name: String, role: Role, range: UnknownRange) {
      self.name = name
      self.role = role
      self.range = range
    }
  }

  /// The equations.
  public let system: EquationSystem
  /// One for each of the system's, in its order.
  public var parameters: [Parameter]
  /// One for each state of the system, in its order: where its initial value may lie, `nil` for the value of the equations.
  public var initialRanges: [UnknownRange?]
  /// Size of each state, the unit in which it is integrated.
  public var stateScales: [Double]
  /// How much of the equations' time one unit of the model's is.
  public var timeScale: Double

  /// The law as written: what is not `fixed` is each series' own, and weights of networks are shared; initial values that are `fixed`
  /// stay, and the others keep to their bounds.
  public init(_ system: EquationSystem, timeScale: Double = 1) {
    self.system = system
    self.timeScale = timeScale
    parameters = system.parameters.map { parameter in
      let range =
        parameter.weightDeviation.map { UnknownRange.around(parameter.defaultValue, width: $0) }
        ?? UnknownRange(
          centre: parameter.defaultValue, lower: parameter.lowerBound, upper: parameter.upperBound)
      let role: Role =
        parameter.isFixed ? .known : parameter.weightDeviation == nil ? .own : .shared
      return Parameter(name: parameter.name, role: role, range: range)
    }
    let initial = Self.initialValues(of: system)
    initialRanges = zip(system.states, Self.initialRanges(of: system)).map { state, range in
      state.isInitialFixed && state.hasInitialValue ? nil : range
    }
    stateScales = initial.map { $0 == 0 ? 1 : $0.magnitude }
  }

  private static func initialValues(of system: EquationSystem) -> [Double] {
    system.initialState().map { $0.isFinite ? $0 : 0 }
  }

  private static func initialRanges(of system: EquationSystem) -> [UnknownRange] {
    zip(system.states, initialValues(of: system)).map { state, value in
      state.initialRange(around: value, width: value == 0 ? 1 : value.magnitude)
    }
  }

  /// Makes the initial values that the equations fix unknown as well, within their bounds: for series that begin at any time.
  public mutating func inferInitialValues() { initialRanges = Self.initialRanges(of: system) }

  /// Names of the parameters of a role, in the system's order.
  public func names(_ role: Role) -> [String] {
    parameters.filter { $0.role == role }.map(\.name)
  }

  func count(_ role: Role) -> Int { parameters.count { $0.role == role } }

  /// All parameters `[batch, parameter]`, from coordinates `[shared]` and `[batch, own]` on the whole line.
  func values(shared: Tensor?, own: Tensor?, batch: Int, like scalarType: ScalarType) -> Tensor {
    var (sharedPlace, ownPlace) = (0, 0)
    let columns = parameters.map { parameter -> Tensor in
      switch (parameter.role, shared, own) {
      case (.shared, let shared?, _):
        defer { sharedPlace += 1 }
        let coordinate = shared.sliced(sharedPlace..<sharedPlace + 1, axis: 0)
        return parameter.range.value(coordinate.reshaped([1, 1])).broadcast(to: [batch, 1])
      case (.own, _, let own?):
        defer { ownPlace += 1 }
        return parameter.range.value(own.sliced(ownPlace..<ownPlace + 1, axis: 1))
      default:
        return Tensor(
          repeating: parameter.range.centre, shape: [batch, 1], scalarType: scalarType)
      }
    }
    return concatenate(columns, axis: 1)
  }

  /// Whether the equations give an initial value, which holds at the start of a series and nowhere else.
  public var startsSeries: Bool { initialRanges.contains { $0 == nil } }

  /// Initial values in the states' own units, from coordinates `[batch, state]` on the whole line and parameters `[batch, parameter]`.
  func initialValues(_ coordinates: Tensor, parameters: Tensor) -> Tensor {
    let written = startsSeries ? writtenInitialValues(parameters) : nil
    return concatenate(
      initialRanges.enumerated().map { place, range in
        let column = { (table: Tensor) in table.sliced(place..<place + 1, axis: 1) }
        if let range { return range.value(column(coordinates)) }
        return column(written ?? coordinates)
      }, axis: 1)
  }

  /// The initial values that the equations give, `[batch, state]`.
  private func writtenInitialValues(_ parameters: Tensor) -> Tensor {
    let start = Tensor(
      repeating: system.span?.lowerBound ?? 0, shape: [], scalarType: parameters.scalarType)
    return system.values(
      of: system.formulas.initialValues, time: start,
      state: .zeros([parameters.shape[0], system.states.count], scalarType: parameters.scalarType),
      parameters: parameters, inputs: system.zeroInputs(like: parameters))
  }

  /// The states' sizes as a row, `[1, state]`.
  func scales(like scalarType: ScalarType) -> Tensor {
    Tensor(stateScales, shape: [1, stateScales.count]).converted(to: scalarType)
  }

  /// `du/dτ` of scaled states `u = z / scale` in the model's time `τ`, as the known part of a field.
  var scaledField: PartlyKnownField.Known {
    let law = self
    return { time, state, parameters in
      let scales = law.scales(like: state.scalarType)
      let slope = law.system.derivative(
        time: time * law.timeScale, state: state * scales, parameters: parameters,
        inputs: law.inputs(like: state))
      return slope * (law.timeScale / scales)
    }
  }

  /// The inputs' default values, `[1, input]`; nil where the system has none.
  func inputs(like state: Tensor) -> Tensor? {
    if system.inputs.isEmpty { return nil }
    let values = system.inputs.map { $0.defaultValue ?? 0 }
    return Tensor(values, shape: [1, values.count]).converted(to: state.scalarType)
  }
}

extension EquationSystem.State {
  /// Where the initial value may lie: within its bounds, or around a usual value.
  package func initialRange(around centre: Double, width: Double) -> UnknownRange {
    if initialLowerBound == -.infinity && initialUpperBound == .infinity {
      return .around(centre, width: width)
    }
    return UnknownRange(centre: centre, lower: initialLowerBound, upper: initialUpperBound)
  }
}

/// Where an unknown number may lie, as a smooth map from the whole line; 0 goes to its centre.
public enum UnknownRange: Hashable, Sendable {
  /// `centre + width · c`
  case around(Double, width: Double)
  /// `bound + size · softplus(c + κ) / softplus(κ)` with `softplus(κ) = 1`; a negative size lies below the bound.
  case beyond(Double, size: Double)
  /// `lower + (upper − lower) · sigmoid(c + logit(centre))`
  case between(Double, Double, centre: Double)

  /// A range by its bounds, infinite where there are none.
  ///
  /// A centre on a bound, or beyond it, is moved inside: by a tenth of the range, or of the bound's size (of 1, if that is 0).
  public init(centre: Double, lower: Double, upper: Double) {
    func step(_ bound: Double) -> Double { 0.1 * (bound == 0 ? 1 : bound.magnitude) }
    switch (lower.isFinite, upper.isFinite) {
    case (false, false): self = .around(centre, width: centre == 0 ? 1 : centre.magnitude)
    case (true, false): self = .beyond(lower, size: centre > lower ? centre - lower : step(lower))
    case (false, true): self = .beyond(upper, size: centre < upper ? centre - upper : -step(upper))
    case (true, true):
      let margin = 0.1 * (upper - lower)
      let isInside = lower < centre && centre < upper
      self = .between(
        lower, upper,
        centre: isInside ? centre : min(max(centre, lower + margin), upper - margin))
    }
  }

  /// The value at coordinate 0.
  public var centre: Double {
    switch self {
    case .around(let centre, _): centre
    case .beyond(let bound, let size): bound + size
    case .between(_, _, let centre): centre
    }
  }

  func value(_ coordinate: Tensor) -> Tensor {
    switch self {
    case .around(let centre, let width): return centre + width * coordinate
    case .beyond(let bound, let size): return bound + size * softplus(coordinate + Self.unit)
    case .between(let lower, let upper, let centre):
      let share = (centre - lower) / (upper - lower)
      let shift = Double.logarithm(share / (1 - share))
      return lower + (upper - lower) * sigmoid(coordinate + shift)
    }
  }

  /// `log(e − 1)`, at which softplus is 1.
  private static let unit = 0.541_324_854_612_918_1
}
