/// Replaces the comparisons, steps and kinks of formulas by inputs, and collects their roots.
///
/// Names of the hidden inputs and intermediates contain a blank, which no name of the equations can have.
struct SwitchFreezer {
  typealias Position = EquationError.Position

  /// What a formula depends on beside parameters.
  struct Dependence: OptionSet {
    let rawValue: Int
    static let time = Dependence(rawValue: 1)
    static let input = Dependence(rawValue: 2)
    static let state = Dependence(rawValue: 4)
  }

  /// A switch while formulas are being frozen.
  struct Draft {
    var kind: HybridModel.Switch.Kind
    var root: EquationSyntax
    var dependence: Dependence
    var degree: Int
    var dependencies: Set<Int>
  }

  /// Formulas of the intermediates as written.
  private var formulas: [String: EquationSyntax]
  private let states: Set<String>
  private let inputs: Set<String>
  private(set) var drafts: [Draft] = []
  /// Formulas that stand several times in frozen ones, by hidden name.
  private(set) var parts: [(name: String, formula: EquationSyntax)] = []
  private var places: [String: Int] = [:]
  private var partPlaces: [String: Int] = [:]
  private var dependences: [String: Dependence] = [:]
  /// Of intermediates: the degree in time of their frozen formulas, and the switches that they read.
  private var degrees: [String: Int] = [:]
  private var reads: [String: Set<Int>] = [:]
  private(set) var frozenFormulas: [String: EquationSyntax] = [:]

  /// A degree above that of every polynomial.
  private static let notPolynomial = 1_000

  init(formulas: [String: EquationSyntax], states: Set<String>, inputs: Set<String>) {
    self.formulas = formulas
    self.states = states
    self.inputs = inputs
    for name in Self.order(of: formulas) {
      dependences[name] = dependence(of: formulas[name] ?? .number(0, Position(line: 1, column: 1)))
      freezeIntermediate(name)
    }
  }

  /// The intermediates, those that others need first; not recursive, since chains may be long.
  private static func order(of formulas: [String: EquationSyntax]) -> [String] {
    var order: [String] = []
    var begun: Set<String> = []
    for root in formulas.keys.sorted() {
      var tasks = [(name: root, isFinished: false)]
      while let (name, isFinished) = tasks.popLast() {
        if isFinished {
          order.append(name)
        } else if begun.insert(name).inserted {
          tasks.append((name, true))
          for (needed, _) in formulas[name]?.names ?? [] where formulas[needed] != nil {
            tasks.append((needed, false))
          }
        }
      }
    }
    return order
  }

  static func modeName(_ place: Int) -> String { "mode \(place)" }

  /// The switch of a hidden input.
  private func switchPlace(_ name: String) -> Int? {
    name.hasPrefix("mode ") ? Int(name.dropFirst(5)) : nil
  }

  // MARK: What formulas depend on

  func dependence(of syntax: EquationSyntax) -> Dependence {
    var found: Dependence = []
    for (name, _) in syntax.names { found.formUnion(dependence(of: name)) }
    return found
  }

  private func dependence(of name: String) -> Dependence {
    if name == "t" { return .time }
    if states.contains(name) { return .state }
    if inputs.contains(name) { return .input }
    if let place = switchPlace(name) { return drafts[place].dependence }
    return dependences[name] ?? []
  }

  /// The degree in time and inputs of a frozen formula.
  private mutating func degree(of syntax: EquationSyntax) -> Int {
    switch syntax {
    case .number: 0
    case .name(let name, _): degree(of: name)
    case .negated(let operand, _): degree(of: operand)
    case .binary(.add, let a, let b, _), .binary(.subtract, let a, let b, _):
      max(degree(of: a), degree(of: b))
    case .binary(.multiply, let a, let b, _): min(degree(of: a) + degree(of: b), Self.notPolynomial)
    case .binary(.divide, let a, let b, _):
      degree(of: b) == 0 ? degree(of: a) : Self.notPolynomial
    case .call("if", let arguments, _) where arguments.count == 3:
      degree(of: arguments[0]) == 0
        ? max(degree(of: arguments[1]), degree(of: arguments[2])) : Self.notPolynomial
    case .call(_, let arguments, _):
      arguments.allSatisfy { degree(of: $0) == 0 } ? 0 : Self.notPolynomial
    case .complement(let operand, _): degree(of: operand) == 0 ? 0 : Self.notPolynomial
    case .binary(_, let a, let b, _):
      degree(of: a) == 0 && degree(of: b) == 0 ? 0 : Self.notPolynomial
    }
  }

  private mutating func degree(of name: String) -> Int {
    if name == "t" || inputs.contains(name) { return 1 }
    if states.contains(name) { return Self.notPolynomial }
    guard formulas[name] != nil else { return 0 }
    return degrees[name] ?? Self.notPolynomial
  }

  /// The switches that a frozen formula reads.
  func switches(readBy syntax: EquationSyntax) -> Set<Int> {
    var found: Set<Int> = []
    for (name, _) in syntax.names {
      if let place = switchPlace(name) {
        found.insert(place)
      } else if formulas[name] != nil {
        found.formUnion(reads[name] ?? [])
      }
    }
    return found
  }

  // MARK: Freezing

  /// Freezes the formula of an intermediate, once; those that it needs are frozen already, but for those of a circle.
  private mutating func freezeIntermediate(_ name: String) {
    guard frozenFormulas[name] == nil, let formula = formulas[name] else { return }
    // An intermediate in a circle is refused when formulas are lowered; here it must only end.
    frozenFormulas[name] = formula
    degrees[name] = Self.notPolynomial
    let frozen = freeze(formula)
    frozenFormulas[name] = frozen
    degrees[name] = degree(of: frozen)
    reads[name] = switches(readBy: frozen)
  }

  /// A formula with modes in place of its switches.
  mutating func freeze(_ syntax: EquationSyntax) -> EquationSyntax {
    switch syntax {
    case .number, .name: return syntax
    case .negated(let operand, let position): return .negated(freeze(operand), position)
    case .complement(let operand, let position): return .complement(freeze(operand), position)
    case .binary(let symbol, let left, let right, let position):
      let (a, b) = (freeze(left), freeze(right))
      switch symbol {
      case .less: return mode(.strict, b, minus: a, in: syntax) ?? .binary(symbol, a, b, position)
      case .lessOrEqual:
        return mode(.weak, b, minus: a, in: syntax) ?? .binary(symbol, a, b, position)
      case .greater:
        return mode(.strict, a, minus: b, in: syntax) ?? .binary(symbol, a, b, position)
      case .greaterOrEqual:
        return mode(.weak, a, minus: b, in: syntax) ?? .binary(symbol, a, b, position)
      default: return .binary(symbol, a, b, position)
      }
    case .call(let name, let arguments, let position):
      let frozen = arguments.map { freeze($0) }
      return freezeCall(name, frozen, in: syntax) ?? .call(name, frozen, position)
    }
  }

  private mutating func freezeCall(
    _ name: String, _ arguments: [EquationSyntax], in syntax: EquationSyntax
  ) -> EquationSyntax? {
    guard let function = EquationFunction(rawValue: name), let first = arguments.first,
      function.accepts(argumentCount: arguments.count)
    else { return nil }
    let position = syntax.position
    let x = first
    switch function {
    case .heaviside: return mode(.weak, x, in: syntax)
    case .sign: return mode(.sign, x, in: syntax)
    case .abs:
      let x = shared(first)
      return mode(.sign, x, in: syntax).map { .binary(.multiply, $0, x, position) }
    case .floor: return mode(.floor, x, in: syntax)
    case .ceil:
      return mode(.floor, .negated(x, position), in: syntax).map { .negated($0, position) }
    case .round:
      return mode(.floor, .binary(.add, x, .number(0.5, position), position), in: syntax)
    case .trunc:
      let x = shared(first)
      guard let isNegative = mode(.strict, .negated(x, position), in: syntax),
        let down = mode(.floor, x, in: syntax),
        let up = mode(.floor, .negated(x, position), in: syntax)
      else { return nil }
      return .call("if", [isNegative, .negated(up, position), down], position)
    case .mod:
      let (x, divisor) = (shared(first), shared(arguments[1]))
      let quotient = EquationSyntax.binary(.divide, x, divisor, position)
      return mode(.floor, quotient, in: syntax).map {
        .binary(.subtract, x, .binary(.multiply, divisor, $0, position), position)
      }
    case .min, .max:
      var best = first
      for next in arguments.dropFirst() {
        let next = shared(next)
        best = shared(best)
        let (low, high) = function == .min ? (best, next) : (next, best)
        guard let isFirst = mode(.weak, high, minus: low, in: syntax) else { return nil }
        best = .call("if", [isFirst, best, next], position)
      }
      return best
    default: return nil
    }
  }

  /// A name for a formula that is used more than once.
  private mutating func shared(_ frozen: EquationSyntax) -> EquationSyntax {
    if frozen.isAtom || frozen.containsNetwork { return frozen }
    let text = frozen.text
    let place = partPlaces[text] ?? parts.count
    let name = "part \(place)"
    if place == parts.count {
      partPlaces[text] = place
      parts.append((name, frozen))
      formulas[name] = frozen
      frozenFormulas[name] = frozen
      dependences[name] = dependence(of: frozen)
      degrees[name] = degree(of: frozen)
      reads[name] = switches(readBy: frozen)
    }
    return .name(name, frozen.position)
  }

  // MARK: Formulas of time

  /// The largest parts of frozen formulas that depend on time and inputs only and are not affine in them: shapes that a
  /// solver could step over.
  mutating func timedFunctions(of formulas: [EquationSyntax]) -> [EquationSyntax] {
    var found: [String: EquationSyntax] = [:]
    var open = formulas
    while let syntax = open.popLast() {
      let dependence = dependence(of: syntax)
      guard dependence.contains(.time), !syntax.isAtom else { continue }
      if !dependence.contains(.state), !syntax.containsNetwork, degree(of: syntax) > 1,
        isSharp(syntax)
      {
        found[syntax.text] = syntax
      } else {
        open += syntax.parts
      }
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Whether a formula has a part that can change much faster than its argument.
  private mutating func isSharp(_ syntax: EquationSyntax) -> Bool {
    switch syntax {
    case .number: return false
    case .name(let name, _):
      guard let formula = frozenFormulas[name], degree(of: formula) > 1 else { return false }
      return isSharp(formula)
    case .binary(.power, _, let exponent, _):
      if case .number(let power, _) = exponent, (0...4).contains(power) { break }
      return degree(of: syntax) > 1
    case .binary(.divide, _, let divisor, _): if degree(of: divisor) > 0 { return true }
    case .call(let name, _, _):
      if !["sin", "cos", "if", "piecewise"].contains(name), degree(of: syntax) > 0 { return true }
    default: break
    }
    for part in syntax.parts where isSharp(part) { return true }
    return false
  }

  // MARK: Modes

  private mutating func mode(
    _ kind: HybridModel.Switch.Kind, _ a: EquationSyntax, minus b: EquationSyntax,
    in syntax: EquationSyntax
  ) -> EquationSyntax? {
    mode(kind, .binary(.subtract, a, b, syntax.position), in: syntax)
  }

  /// The mode of a switch with this frozen root; nil if the root depends on parameters only, or contains a network.
  private mutating func mode(
    _ kind: HybridModel.Switch.Kind, _ root: EquationSyntax, in syntax: EquationSyntax
  ) -> EquationSyntax? {
    let dependence = dependence(of: root)
    guard !dependence.isEmpty, !root.containsNetwork else { return nil }
    let key = "\(kind) \(root.text)"
    let place = places[key] ?? drafts.count
    if place == drafts.count {
      let dependencies = switches(readBy: root)
      let degree = degree(of: root)
      places[key] = place
      drafts.append(
        Draft(
          kind: kind, root: root, dependence: dependence, degree: degree,
          dependencies: dependencies))
    }
    return .name(Self.modeName(place), syntax.position)
  }
}

extension EquationSyntax {
  fileprivate var isAtom: Bool {
    switch self {
    case .number, .name: true
    default: false
    }
  }

  /// The operands.
  fileprivate var parts: [EquationSyntax] {
    switch self {
    case .number, .name: []
    case .negated(let operand, _), .complement(let operand, _): [operand]
    case .binary(_, let left, let right, _): [left, right]
    case .call(_, let arguments, _): arguments
    }
  }
}
