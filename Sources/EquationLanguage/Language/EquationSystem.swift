public import Graphs
public import Integrators
package import Tensors

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
  /// A quantity that has a differential equation, or that an algebraic equation `0 = …` determines.
  public struct State: Hashable, Sendable {
    /// The name in the equations.
    public var name: String
    /// The comment at its derivative.
    public var note: String
    /// Whether the equations give an initial value.
    public var hasInitialValue = false
    /// Its initial value is known, or follows from the parameters: not to be estimated by itself.
    public var isInitialFixed = false
    /// Bounds of the initial value; infinite where there are none.
    public var initialLowerBound = -Double.infinity
    /// The upper bound of the initial value; infinite where there is none.
    public var initialUpperBound = Double.infinity
    /// It follows from the other states by the algebraic equations; its initial value is where their solution
    /// begins to be sought.
    public var isAlgebraic = false
  }

  /// A number that may be set or estimated.
  public struct Parameter: Hashable, Sendable {
    /// The name in the equations.
    public var name: String
    /// The written value.
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
    /// The name in the equations.
    public var name: String
    /// The comment at its formula.
    public var note: String
  }

  /// A measured quantity and its noise: the statement `observe od = scale*x + offset ~ normal(0.1)`.
  public struct Observable: Hashable, Sendable {
    /// The name of its column in data.
    public var name: String
    /// The comment at its statement.
    public var note: String
    /// The formula as it was written, or the name itself.
    public var formula: String
    /// Whether it is the increase of the formula since the row before, as a count over an interval is.
    public var isIncrease: Bool
    /// `nil` for as the fit gives it.
    public var noise: NoiseModel?
    /// Place of its formula among the observations, and those of the noise's arguments; no arguments: they are estimated.
    package var value: Int
    package var arguments: [Int]
  }

  /// A value of a state, an intermediate or an observable at a time, whose uncertainty a fit reports: `predict cp at 24`.
  public struct Prediction: Hashable, Sendable {
    /// The name of the state, intermediate or observable.
    public var quantity: String
    /// The time of the value.
    public var time: Double

    /// A value of a quantity at a time.
    public init(quantity: String, time: Double) {
      self.quantity = quantity
      self.time = time
    }
  }

  /// A signal from outside.
  public struct Input: Hashable, Sendable {
    /// The name of the column that it is read from.
    public var name: String
    /// Its value where no signal is given; nil if one must be given.
    public var defaultValue: Double?
    /// The comment at its statement.
    public var note: String
  }

  /// The name of the system, which errors give as the file.
  public let name: String
  /// The first comment above the equations.
  public let title: String
  /// The equations as they were written.
  public let text: String
  /// The states, in the order of their derivatives.
  public let states: [State]
  /// The parameters, in the order of writing.
  public let parameters: [Parameter]
  /// In the order of writing.
  public let intermediates: [Intermediate]
  /// The measured signals that the equations read.
  public let inputs: [Input]
  /// What is measured, by `observe` statements.
  public let observables: [Observable]
  /// What a fit predicts, by `predict` statements.
  public let predictions: [Prediction]
  /// Prior distributions of parameters and initial values (`x(0)`) by name.
  public let priors: [String: Prior]
  /// The times over which it is usually solved.
  public let span: ClosedRange<Double>?

  package let formulas: EquationFormulas
  let programs: EquationPrograms
  /// The equations in smooth pieces; nil for such equations themselves.
  package let hybrid: HybridModel?

  /// Reads equations.
  /// - Parameter name: names the system, and its text in errors.
  /// - Throws: the first mistake, with line, column and fix.
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
    observables = reader.observables
    predictions = reader.predictions
    priors = reader.priors
    span = reader.span
    formulas = reader.formulas
    programs = EquationPrograms(reader.formulas)
  }

  /// Whether some states are algebraic: only an implicit method (`.rodas5P`) solves such equations.
  public var isDifferentialAlgebraic: Bool { states.contains(where: \.isAlgebraic) }

  /// The method that solves these equations where nobody chooses one.
  public var defaultMethod: ODEMethod { isDifferentialAlgebraic ? .rodas5P : .tsitouras5 }

  /// Whether a method solves these equations.
  public func accepts(_ method: ODEMethod) -> Bool {
    !isDifferentialAlgebraic || !method.isExplicit
  }

  /// The parameters' values as written.
  public var defaultParameters: [Double] { parameters.map(\.defaultValue) }

  /// The place of a parameter; nil if there is none of that name.
  public func parameterIndex(_ name: String) -> Int? {
    parameters.firstIndex { $0.name == name }
  }

  /// Whether the time itself stands in the derivatives or the intermediates.
  public var dependsOnTime: Bool {
    let depends = formulas.graph.outputs(dependingOn: [formulas.timePlace])
    return depends[..<formulas.initialValues.lowerBound].contains(true)
  }

  /// The place of a state; nil if there is none of that name.
  public func stateIndex(_ name: String) -> Int? { states.firstIndex { $0.name == name } }

  /// The initial values as written, which may depend on the parameters.
  ///
  /// Not-a-number for a state without one: see `State.hasInitialValue`.
  public func initialState(parameters: [Double]? = nil) -> [Double] {
    EquationEvaluator<Double>(
      program(.initialValues), parameters: parameters ?? defaultParameters
    ).results(time: span?.lowerBound ?? 0, state: states.map { _ in 0 })
  }
}

extension EquationSystem {
  /// The equations as one graph: `(time [], state [n], inputs [m], parameters [p])` to the derivatives `[n]`, the
  /// intermediates `[k]` and the initial values `[n]` (not a number where a state has none).
  ///
  /// All values are double precision. Transform it (`vjp`, `jvp`, `batched`), compile it with `ScalarProgram` or
  /// `Program`, or apply it to tensors.
  public var graph: Graph {
    let parts = [formulas.derivatives, formulas.intermediates, formulas.initialValues]
      .map { formulas.vectorGraph(of: $0) }
    return trace(parts[0].parameterTypes) { arguments in parts.flatMap { $0(arguments) } }
  }

  /// Some formulas, compiled when they are first used.
  package func program(
    _ formula: EquationFormula, _ scalarType: ScalarType = .float64
  ) -> EquationProgram {
    programs.program(formula, scalarType)
  }
}
