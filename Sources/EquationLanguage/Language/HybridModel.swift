extension EquationSystem {
  /// Whether the equations have doses or events, which go forward in time only.
  public var hasJumps: Bool { hybrid.map { !$0.doses.isEmpty || !$0.events.isEmpty } ?? false }

  /// In which direction the condition of an event must change for the event to occur.
  public enum EventDirection: String, CaseIterable, Hashable, Sendable {
    /// The condition becomes true; of an equation `a = b`, `a - b` becomes positive.
    case rising
    /// The condition becomes false; of an equation `a = b`, `a - b` ceases to be positive.
    case falling
    case both
  }
}

/// A system of equations in a form in which every piece of a solution is smooth.
///
/// Each comparison, step and kink is a switch: a formula (its root) and a mode, which is an input of the `frozen` system
/// that keeps its value until the root crosses a threshold. Infusions are further inputs. The roots, the conditions and
/// new values of events and the parts of doses are intermediates of the frozen system, after those of the equations.
package final class HybridModel: Sendable {
  /// A comparison, step or kink.
  package struct Switch: Sendable {
    package enum Kind: Hashable, Sendable {
      /// 1 where the root is positive, else 0.
      case strict
      /// 1 where the root is not negative, else 0.
      case weak
      /// −1, 0 or 1.
      case sign
      /// The largest integer that is not above the root.
      case floor
    }

    package var kind: Kind
    /// The intermediate that holds the root, and the input that holds the mode.
    package var root: Int
    package var mode: Int
    /// Whether the root depends on the time, inputs, parameters and other such switches only.
    package var isTimed: Bool
    /// Whether the root is an affine function of time and inputs while all modes keep their values.
    package var isAffine: Bool
    /// Places of the switches that its root reads, all before this one.
    package var dependencies: [Int]
  }

  /// A change of states when a condition changes.
  package struct Event: Sendable {
    /// The intermediate that is not 0 where the condition holds.
    package var condition: Int
    package var direction: EquationSystem.EventDirection
    /// States, and the intermediates of their new values.
    package var assignments: [(state: Int, value: Int)]
    package var isTerminal: Bool
    package var line: Int
  }

  /// A `dose` statement; its parts are intermediates that depend on parameters only.
  package struct DoseRule: Sendable {
    package var compartment: Int
    /// Amount times bioavailability.
    package var amount: Int
    /// Times of the first doses, lag included.
    package var times: [Int]
    package var interval: Int?
    package var count: Int?
    /// End of the repetition, lag not included.
    package var until: Int?
    package var lag: Int?
    /// The duration of the infusion; `nil` for a bolus.
    package var duration: Int?
    /// The input that is the number of infusions under way.
    package var input: Int?
  }

  /// A state that an algebraic equation determines.
  package struct AlgebraicState: Sendable {
    package var state: Int
    /// The intermediate that is the right side of `0 = …`.
    package var residual: Int
    package var line: Int
    /// The switches that the right side reads.
    package var switches: Set<Int>
  }

  package let frozen: EquationSystem
  /// All intermediates of the frozen equations, and the derivatives of the hidden ones by time, states, inputs and parameters.
  package let formulaProgram: EquationProgram
  package let gradientProgram: EquationProgram
  package let switches: [Switch]
  package let events: [Event]
  package let algebraic: [AlgebraicState]
  package let doses: [DoseRule]
  /// Intermediates of lag and bioavailability by state; `nil` for 0 and 1.
  package let lags: [Int?]
  package let bioavailabilities: [Int?]
  /// Intermediates that depend on time only and are not affine in it.
  package let timedFunctions: [Int]
  /// Inputs of the equations themselves; the hidden ones follow.
  package let inputCount: Int
  /// Intermediates of the equations themselves; the hidden ones follow.
  package let firstHidden: Int

  /// The input that is added to the derivative of a state.
  package func rateInput(_ state: Int) -> Int { inputCount + state }

  /// The input that, times the bioavailability, is added to the derivative of a state.
  package func scaledRateInput(_ state: Int) -> Int { inputCount + frozen.states.count + state }

  /// Whether switches of the state, or events, can end a piece.
  package var hasStateSwitches: Bool { switches.contains { !$0.isTimed } }

  /// Whether the equations have no jumps, kinks, events, doses or algebraic states of their own.
  package var isSmooth: Bool {
    switches.isEmpty && events.isEmpty && doses.isEmpty && timedFunctions.isEmpty
      && algebraic.isEmpty
  }

  init(_ outline: HybridOutline, frozen: EquationSystem) {
    self.frozen = frozen
    formulaProgram = frozen.program(.intermediates)
    gradientProgram = frozen.program(
      .intermediateGradients(from: outline.firstHidden, inputs: outline.inputCount))
    switches = outline.switches
    events = outline.events
    algebraic = outline.algebraic
    doses = outline.doses
    lags = outline.lags
    bioavailabilities = outline.bioavailabilities
    timedFunctions = outline.timedFunctions
    inputCount = outline.inputCount
    firstHidden = outline.firstHidden
  }
}

/// The structure of a hybrid model before its formulas are lowered.
struct HybridOutline {
  var switches: [HybridModel.Switch] = []
  var events: [HybridModel.Event] = []
  var algebraic: [HybridModel.AlgebraicState] = []
  var doses: [HybridModel.DoseRule] = []
  var lags: [Int?] = []
  var bioavailabilities: [Int?] = []
  var timedFunctions: [Int] = []
  var inputCount = 0
  var firstHidden = 0
}
