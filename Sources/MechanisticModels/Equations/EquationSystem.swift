/// A system of ordinary differential equations that was written as text.
///
/// ```
/// # Predator and prey
/// prey'     = alpha*prey - beta*prey*predator      # thousands
/// predator' = delta*prey*predator - gamma*predator
/// alpha = 0.55 in 0..5     # growth of the prey [1/year]
/// beta  = 0.028 > 0
/// gamma = 0.8
/// delta = 0.024
/// prey(0) = 30
/// predator(0) = 4
/// total = prey + predator  # an intermediate
/// span = 0..20
/// ```
/// A name with a derivative is a state, one with a number is a parameter, any other formula an intermediate;
/// `input u` declares a measured signal. The order of the lines is free.
public struct EquationSystem: Sendable {
  /// A quantity that has a differential equation.
  public struct State: Hashable, Sendable {
    public var name: String
    /// The comment at its derivative.
    public var note: String
    public var hasInitialValue: Bool
    /// Its initial value is known, or follows from the parameters: not to be estimated by itself.
    public var isInitialFixed: Bool
  }

  /// A number that may be set or estimated.
  public struct Parameter: Hashable, Sendable {
    public var name: String
    public var defaultValue: Double
    /// −∞ where there is none.
    public var lowerBound: Double
    /// +∞ where there is none.
    public var upperBound: Double
    /// Known, not to be estimated from data.
    public var isFixed: Bool
    /// The comment at its value.
    public var note: String
    /// For a weight of a network: the standard deviation of its value before it is fitted; nil for any other parameter.
    public var weightDeviation: Double?
  }

  /// A quantity that follows from the states, the parameters, the inputs and the time.
  public struct Intermediate: Hashable, Sendable {
    public var name: String
    public var note: String
  }

  /// A signal from outside.
  public struct Input: Hashable, Sendable {
    public var name: String
    /// Its value where no signal is given; nil if one must be given.
    public var defaultValue: Double?
    public var note: String
  }

  public let name: String
  /// The first comment above the equations.
  public let title: String
  /// The equations as they were written.
  public let text: String
  public let states: [State]
  public let parameters: [Parameter]
  /// In the order of writing.
  public let intermediates: [Intermediate]
  public let inputs: [Input]
  /// The times over which it is usually solved.
  public let span: ClosedRange<Double>?

  package let graph: ExpressionGraph
  package let derivativeRoots: [Int]
  package let intermediateRoots: [Int]
  package let initialRoots: [Int?]
  /// The equations in smooth pieces; nil for such equations themselves.
  package let hybrid: HybridModel?

  /// Reads equations.
  /// - Parameter name: names the system, and its text in errors.
  /// - Throws: the first mistake, with line, column and remedy.
  public init(_ text: String, name: String) throws(EquationError) {
    var reader = EquationReader(source: name)
    let (frozen, outline) = try reader.read(text)
    let pieces = EquationSystem(frozen, name: name, text: text, hybrid: nil)
    self.init(reader, name: name, text: text, hybrid: HybridModel(outline, frozen: pieces))
  }

  private init(_ reader: EquationReader, name: String, text: String, hybrid: HybridModel?) {
    self.hybrid = hybrid
    self.name = name
    self.text = text
    title = reader.title
    states = reader.states
    parameters = reader.parameters
    intermediates = reader.intermediates
    inputs = reader.inputs
    span = reader.span
    graph = reader.graph
    derivativeRoots = reader.derivativeRoots
    intermediateRoots = reader.intermediateRoots
    initialRoots = reader.initialRoots
  }

  /// The parameters' values as written.
  public var defaultParameters: [Double] { parameters.map(\.defaultValue) }

  /// The place of a parameter; nil if there is none of that name.
  public func parameterIndex(_ name: String) -> Int? {
    parameters.firstIndex { $0.name == name }
  }

  /// Whether the time itself stands in the derivatives or the intermediates.
  public var dependsOnTime: Bool {
    let isNeeded = graph.reach(of: derivativeRoots + intermediateRoots).isNeeded
    return graph.nodes.indices.contains { isNeeded[$0] && graph.nodes[$0] == .time }
  }

  /// The place of a state; nil if there is none of that name.
  public func stateIndex(_ name: String) -> Int? { states.firstIndex { $0.name == name } }

  /// The initial values as written, which may depend on the parameters.
  ///
  /// Not-a-number for a state without one: see `State.hasInitialValue`.
  public func initialState(parameters: [Double]? = nil) -> [Double] {
    let tape = ExpressionTape(
      graph, roots: initialRoots, parameters: self.parameters.count, states: 0)
    let registers = TapeRegisters<Double>(tape, parameters: parameters ?? defaultParameters)
    let values = registers.results(time: span?.lowerBound ?? 0, state: [])
    return zip(states, values).map { $0.hasInitialValue ? $1 : .nan }
  }
}

extension EquationSystem {
  /// The tape of the derivatives.
  package var derivativeTape: ExpressionTape { tape(of: derivativeRoots) }

  /// The tape of the intermediates.
  package var intermediateTape: ExpressionTape { tape(of: intermediateRoots) }

  /// The tape of the matrix of `∂ derivative[i] / ∂ state[j]`, row-major.
  package var jacobianTape: ExpressionTape {
    var graph = graph
    let matrix = graph.jacobian(of: derivativeRoots, by: states.indices.map { .state($0) })
    return ExpressionTape(
      graph, roots: matrix.flatMap { $0 }, parameters: parameters.count, states: states.count,
      inputs: inputs.count)
  }

  /// The tape of the derivatives of some intermediates by time, states, the first inputs and parameters:
  /// `[place, 1 + state + input + parameter]`.
  package func gradientTape(ofIntermediates places: Range<Int>, inputs: Int) -> ExpressionTape {
    var graph = graph
    let leaves =
      [graph.number(of: .time)] + states.indices.map { graph.number(of: .state($0)) }
      + (0..<inputs).map { graph.number(of: .input($0)) }
      + parameters.indices.map { graph.number(of: .parameter($0)) }
    let slopes = places.map { graph.gradient(of: intermediateRoots[$0], by: leaves) }
    return ExpressionTape(
      graph, roots: slopes.flatMap { $0 }, parameters: parameters.count, states: states.count,
      inputs: self.inputs.count)
  }

  private func tape(of roots: [Int]) -> ExpressionTape {
    ExpressionTape(
      graph, roots: roots, parameters: parameters.count, states: states.count,
      inputs: inputs.count)
  }
}
